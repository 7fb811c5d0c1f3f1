import { globSync, readFileSync } from 'node:fs';

/** Words of the product, and of what it talks to. */
const NAMES = /pregon|pregón|campaign|mailgun|sendgrid|mailbox\b/i;

describe('packages/local-aws', () => {
  it('knows no name of the product', () => {
    const files = globSync('packages/local-aws/**/*.{ts,cjs,mjs,js,json,md}', { exclude: ['**/node_modules/**'] });
    expect(files.length).toBeGreaterThan(100);

    const naming = files.flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .flatMap((line, index) => (NAMES.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
    );

    expect(naming).toEqual([]);
  });
});
