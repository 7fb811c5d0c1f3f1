import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The files that the Dockerfile copies one by one before it runs `npm ci`, each with its target. */
function copiedBeforeInstall(): string[] {
  const lines = readFileSync('Dockerfile', 'utf8').split('\n');
  const install = lines.indexOf('RUN npm ci');
  expect(install).toBeGreaterThan(0);
  return lines.slice(0, install).flatMap((line) => {
    const [instruction, ...paths] = line.split(' ');
    const target = paths.pop();
    return instruction === 'COPY' ? paths.map((path) => `${path} in ${target}`) : [];
  });
}

describe('Dockerfile', () => {
  test('copies the manifest of every workspace before npm ci', () => {
    const { workspaces } = JSON.parse(readFileSync('package.json', 'utf8')) as { workspaces: string[] };
    const folders = globSync(workspaces.map((pattern) => join(pattern, 'package.json'))).map((file) =>
      file.slice(0, -'package.json'.length),
    );
    expect(folders.length).toBeGreaterThan(0);
    expect(copiedBeforeInstall().sort()).toEqual(
      [
        'package.json in ./',
        'package-lock.json in ./',
        ...folders.map((folder) => `${folder}package.json in ${folder}`),
      ].sort(),
    );
  });
});
