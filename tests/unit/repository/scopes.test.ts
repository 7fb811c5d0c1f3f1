import { readFileSync, writeFileSync } from 'node:fs';
import { scopeTable } from '../../../api/scopes.ts';

const [BEGIN, END] = ['<!-- scopes: begin -->', '<!-- scopes: end -->'];

test('the README has the table of scopes as the authorizer has it', () => {
  const readme = readFileSync('README.md', 'utf8');
  const [before = '', rest = ''] = readme.split(BEGIN);
  const [, after = ''] = rest.split(END);
  const current = `${before}${BEGIN}\n\n${scopeTable()}\n\n${END}${after}`;
  // UPDATE_SCOPES=1 writes the table after an intended change.
  if (process.env.UPDATE_SCOPES) writeFileSync('README.md', current);

  expect(readFileSync('README.md', 'utf8')).toBe(current);
});
