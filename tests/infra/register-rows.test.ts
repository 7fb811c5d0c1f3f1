import { text } from 'node:stream/consumers';
import type { ValidRow } from '../../core/csv/row.ts';
import { type RowsOf, rowsWriter } from '../../core/csv/rows-file.ts';
import { newStateItem, toDynamoJson } from '../../core/ledger/item.ts';
import { contentKey } from '../../core/ledger/keys.ts';
import { readAsStatesDoes } from '../unit/csv/states-reader.ts';
import { evaluate, stateNamed } from './support.ts';

const { ItemBatcher } = stateNamed('RegisterRows') as unknown as {
  ItemBatcher: { MaxItemsPerBatch: number; MaxInputBytesPerBatch: number; BatchInput: { insert: string } };
};
const { ItemSelector } = stateNamed('RegisterRows');
const { Arguments, Output } = stateNamed('WriteRows');

/** Step Functions refuses a larger input or larger arguments. */
const PAYLOAD_LIMIT = 262_144;
const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

const EXPIRY = { rowExpiresAt: 1_829_000_000, contentExpiresAt: 1_801_000_000 };
const WITHOUT_ID = { batchId: 'a'.repeat(64), createdAt: '2026-11-22T10:00:00.000Z' };
const BATCH = { ...WITHOUT_ID, campaignId: 'b'.repeat(32) };

/** The rows as they come out of rows.csv. */
async function readRows(rows: readonly ValidRow[], batch: RowsOf = BATCH) {
  const writer = rowsWriter({ ...batch, ...EXPIRY });
  const whole = text(writer.stream);
  for (const row of rows) await writer.write(row);
  writer.end();
  return readAsStatesDoes(await whole);
}

type Values = Record<string, Record<string, unknown>>;
interface Statement {
  Statement: string;
  Parameters: Record<string, unknown>[];
}
interface Input {
  BatchInput: { insert: string };
  Items: { state: Values; content: Values }[];
}

const inputOf = async (rows: Record<string, string>[]): Promise<Input> => ({
  BatchInput: ItemBatcher.BatchInput,
  Items: (await Promise.all(
    rows.map((Value) => evaluate(ItemSelector, { context: { Map: { Item: { Value } } } })),
  )) as Input['Items'],
});

const statementsOf = async (input: Input) =>
  ((await evaluate(Arguments, { input })) as { Statements: Statement[] }).Statements;

/** The item that a statement inserts. */
function itemOf({ Statement, Parameters }: Statement): Values {
  const names = /^INSERT INTO "\$\{SendsTable\}" VALUE \{(.*)\}$/.exec(Statement)?.[1]?.split(', ') ?? [];
  expect(names).toHaveLength(Parameters.length);
  return Object.fromEntries(names.map((name, n) => [name.replace(/^'(.*)': \?$/, '$1'), Parameters[n] ?? {}]));
}

/** The batches that Step Functions makes of these rows: by count and by bytes of the child's input. */
async function batchesOf(rows: Record<string, string>[]): Promise<Input['Items'][]> {
  const batches: Input['Items'][] = [];
  for (const row of (await inputOf(rows)).Items) {
    const last = batches.at(-1);
    const fits =
      last &&
      last.length < ItemBatcher.MaxItemsPerBatch &&
      bytes({ Items: [...last, row] }) <= ItemBatcher.MaxInputBytesPerBatch;
    if (fits) last.push(row);
    else batches.push([row]);
  }
  return batches;
}

const row = (n: number, content: string, subject = 'Hello'): ValidRow => ({
  row: n,
  email: `${'X'.repeat(240)}${n}@e.io`,
  subject,
  content,
});

describe('RegisterRows', () => {
  it.each([
    ['with a campaignId', BATCH],
    ['without a campaignId', WITHOUT_ID],
  ])('of a campaign %s writes a state item and a content item for each row', async (_, batch) => {
    const rows = [row(17, 'Hola'), row(18, 'a "quoted"\\n\nline', 'tab\t\\ "é"')];
    const items = (await statementsOf(await inputOf(await readRows(rows, batch)))).map(itemOf);
    const expected = rows.flatMap(({ row: rowNumber, email, subject, content }) => [
      newStateItem({
        ...batch,
        rowNumber,
        email,
        subject,
        status: 'PENDING',
        channel: 'campaign',
        expiresAt: EXPIRY.rowExpiresAt,
      }),
      { ...contentKey(batch.batchId, rowNumber), content, expiresAt: EXPIRY.contentExpiresAt },
    ]);
    expect(items).toEqual(expected.map(toDynamoJson));
    expect(items[0]).toMatchObject({
      pk: { S: `${'a'.repeat(64)}#1` },
      sk: { S: 'S#00000017' },
      statusKey: { S: 'PENDING#2026-11-22#1' },
      createdKey: { S: `2026-11-22T10:00:00.000Z#${'a'.repeat(64)}#00000017` },
      address: { S: `${'x'.repeat(240)}17@e.io` },
      rowNumber: { N: '17' },
      status: { S: 'PENDING' },
      attempts: { N: '0' },
    });
  });

  it.each([
    ['tiny rows', 'x', 'y'],
    ['rows of 30 KB of HTML', '<p>"á"</p>\n'.repeat(2_700), 'y'],
    ['the longest subjects, all escaped', 'x'.repeat(9_000), '"'.repeat(998)],
    ['content at its limit, every character escaped', '"'.repeat(65_534), '"'.repeat(998)],
  ])('stays below the payload limit with %s', async (_, content, subject) => {
    const rows = await readRows(Array.from({ length: 40 }, (__, n) => row(n + 1, content, subject)));
    const batches = await batchesOf(rows);
    expect(batches.flat()).toHaveLength(40);
    for (const Items of batches) {
      // A batch of one row may be as large as the row: then the row alone must be within the batcher's limit.
      expect(bytes({ Items })).toBeLessThanOrEqual(ItemBatcher.MaxInputBytesPerBatch);
      const statements = await statementsOf({ BatchInput: ItemBatcher.BatchInput, Items });
      expect(statements.length).toBeLessThanOrEqual(25);
      expect(bytes({ Statements: statements })).toBeLessThan(PAYLOAD_LIMIT);
    }
  });

  const output = async (codes: (string | undefined)[]) => {
    const input = await inputOf(await readRows([row(1, 'a'), row(2, 'b'), row(3, 'c')]));
    const Responses = codes.map((Code) => (Code ? { Error: { Code, Message: 'on purpose' } } : { TableName: 'sends' }));
    return { input, output: (await evaluate(Output, { input, result: { Responses } })) as Input };
  };

  it('is done when every item was written or exists', async () => {
    const { output: done } = await output([
      undefined,
      undefined,
      'DuplicateItem',
      'DuplicateItem',
      undefined,
      'DuplicateItem',
    ]);
    expect(done.Items).toEqual([]);
  });

  it('writes those rows again of which a statement was throttled', async () => {
    const codes = [
      'ThrottlingError',
      undefined,
      undefined,
      undefined,
      'DuplicateItem',
      'ProvisionedThroughputExceeded',
    ];
    const { input, output: left } = await output(codes);
    expect(left).toMatchObject({ BatchInput: input.BatchInput, Items: [input.Items[0], input.Items[2]] });
  });

  it('fails with the answers when DynamoDB refuses a statement for good', async () => {
    await expect(output(['AccessDenied', undefined, undefined, undefined, undefined, undefined])).rejects.toMatchObject(
      {
        message: expect.stringContaining('AccessDenied'),
      },
    );
  });
});
