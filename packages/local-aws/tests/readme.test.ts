import { readFileSync } from 'node:fs';
import { README, withSupportTable } from '../scripts/support-table.ts';

describe('the README', () => {
  it('has the tables of operations and properties as the code has them: npm run support-table -w local-aws writes them', async () => {
    const readme = readFileSync(README, 'utf8');
    expect(readme).toBe(await withSupportTable(readme));
  });
});
