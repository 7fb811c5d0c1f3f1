import { readFileSync } from 'node:fs';
import { README, withSupportTable } from '../scripts/support-table.ts';

describe('the README', () => {
  it('has up-to-date tables of operations and properties (update them with npm run support-table -w local-aws)', async () => {
    const readme = readFileSync(README, 'utf8');
    expect(readme).toBe(await withSupportTable(readme));
  });
});
