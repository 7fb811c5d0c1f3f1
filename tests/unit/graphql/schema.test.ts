import { readFile, writeFile } from 'node:fs/promises';
import { printSchema } from 'graphql';
import { createSchema } from '../../../graphql/schema.ts';

const COMMITTED = 'docs/schema.graphql';

test('the schema is the committed one', async () => {
  const printed = `${printSchema(createSchema())}\n`;
  // UPDATE_SCHEMA=1 writes the file after an intended change, so that the diff is part of the commit.
  if (process.env.UPDATE_SCHEMA) await writeFile(COMMITTED, printed);

  expect(await readFile(COMMITTED, 'utf8')).toBe(printed);
});
