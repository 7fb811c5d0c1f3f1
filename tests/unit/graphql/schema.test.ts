import { readFile, writeFile } from 'node:fs/promises';
import { buildSchema, printSchema } from 'graphql';
import { createSchema } from '../../../graphql/schema.ts';

const COMMITTED = 'graphql/schema.graphql';

test('the schema is the committed one', async () => {
  const printed = printSchema(createSchema());
  // UPDATE_SCHEMA=1 writes the file after an intended change (then npm run format): the diff is part of the commit.
  if (process.env.UPDATE_SCHEMA) await writeFile(COMMITTED, `${printed}\n`);

  expect(printed).toBe(printSchema(buildSchema(await readFile(COMMITTED, 'utf8'))));
});
