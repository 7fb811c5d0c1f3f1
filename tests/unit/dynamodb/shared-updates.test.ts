import type { BatchExecuteStatementCommandInput, BatchExecuteStatementCommandOutput } from '@aws-sdk/lib-dynamodb';
import { SharedUpdates } from '../../../core/dynamodb/shared-updates.ts';
import type { DynamoTable } from '../../../core/dynamodb/table.ts';
import { isTemporary } from '../../../core/errors.ts';
import { simulatedClock } from '../support/clock.ts';

type Answer = NonNullable<BatchExecuteStatementCommandOutput['Responses']>[number];
type Statement = NonNullable<BatchExecuteStatementCommandInput['Statements']>[number];

const ok = ({ Parameters }: Statement): Answer => ({ Item: { sk: Parameters?.at(-1) } });
const failed = (Code: string, Item?: Record<string, unknown>): Answer => ({
  Error: { Code: Code as never, Message: `${Code} on purpose`, ...(Item && { Item }) },
});

/** Updates over a table whose calls a test answers. */
function open(gatherMs: number, answer: (statement: Statement, call: number) => Answer = ok) {
  const clock = simulatedClock();
  const calls: { at: number; statements: Statement[] }[] = [];
  const client = {
    async send({ input }: { input: BatchExecuteStatementCommandInput }, { abortSignal }: { abortSignal: AbortSignal }) {
      calls.push({ at: clock.now(), statements: input.Statements ?? [] });
      const number = calls.length;
      await clock.sleep(5, abortSignal);
      return { Responses: input.Statements?.map((statement) => answer(statement, number)) };
    },
  };
  const table = { client, tableName: 'sends', clock } as unknown as DynamoTable;
  const updates = new SharedUpdates(table, { gatherMs, random: () => 0.5 });
  const update = (row: number, more: { signal?: AbortSignal } = {}) =>
    updates.update({
      key: { pk: 'b', sk: String(row) },
      update: 'SET "a" = ?',
      condition: '"a" IS MISSING',
      values: [row],
      ...more,
    });
  return { clock, calls, updates, update };
}

const rows = (count: number) => Array.from({ length: count }, (_, n) => n);

test('updates of the same moment share one call, and each gets its own outcome', async () => {
  const { calls, update } = open(0, (statement) =>
    statement.Parameters?.at(-1) === '1' ? failed('ConditionalCheckFailed', { sk: '1', a: 9 }) : ok(statement),
  );

  expect(await Promise.all(rows(3).map((row) => update(row)))).toEqual([
    { updated: { sk: '0' } },
    { refused: { sk: '1', a: 9 } },
    { updated: { sk: '2' } },
  ]);
  expect(calls).toHaveLength(1);
  expect(calls[0]?.statements[2]).toEqual({
    Statement: `UPDATE "sends" SET "a" = ? WHERE ("a" IS MISSING) AND "pk" = ? AND "sk" = ? RETURNING ALL NEW *`,
    Parameters: [2, 'b', '2'],
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
});

test('a call has at most 25 statements', async () => {
  const { calls, update } = open(0);
  await Promise.all(rows(60).map((row) => update(row)));
  expect(calls.map(({ statements }) => statements.length)).toEqual([25, 25, 10]);
});

test('two updates of one item never share a call', async () => {
  const { calls, update } = open(100);
  await Promise.all([1, 2, 1, 3].map((row) => update(row)));
  expect(calls.map(({ statements }) => statements.map(({ Parameters }) => Parameters?.at(-1)))).toEqual([
    ['1', '2'],
    ['1', '3'],
  ]);
});

test('updates wait for others for as long as they may, and no longer once they are asked to go', async () => {
  const { clock, calls, updates, update } = open(100);
  const start = clock.now();
  const first = update(1);
  await clock.sleep(60);
  await Promise.all([first, update(2)]);
  const third = update(3);
  const asked = clock.now();
  updates.flush();
  await third;

  expect(calls.map(({ at, statements }) => [at - start, statements.length])).toEqual([
    [100, 2],
    [asked - start, 1],
  ]);
});

test.each([
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
  'RequestLimitExceeded',
  'InternalServerError',
  'TransactionConflict',
])('only the statements with %s are repeated', async (code) => {
  const { calls, update } = open(0, (statement, call) =>
    call < 3 && statement.Parameters?.at(-1) === '1' ? failed(code) : ok(statement),
  );

  expect(await Promise.all([update(0), update(1)])).toEqual([{ updated: { sk: '0' } }, { updated: { sk: '1' } }]);
  expect(calls.map(({ statements }) => statements.map(({ Parameters }) => Parameters?.at(-1)))).toEqual([
    ['0', '1'],
    ['1'],
    ['1'],
  ]);
});

test('a statement that stays throttled fails as a service that is busy', async () => {
  const { clock, update } = open(0, () => failed('ThrottlingError'));
  const start = clock.now();
  const error = await update(1).catch((reason: unknown) => reason);
  expect(isTemporary(error)).toBe(true);
  expect(clock.now() - start).toBeLessThanOrEqual(2_500);
});

test('any other error of a statement fails that update alone, and says so', async () => {
  const { update } = open(0, (statement) =>
    statement.Parameters?.at(-1) === '1' ? failed('AccessDenied') : ok(statement),
  );
  const [first, second] = await Promise.allSettled([update(0), update(1)]);
  expect(first.status).toBe('fulfilled');
  expect(second).toMatchObject({ reason: { message: expect.stringContaining('AccessDenied') } });
});

test('an update that is aborted is not repeated afterwards', async () => {
  const { clock, calls, update } = open(0, () => failed('ThrottlingError'));
  const aborted = new AbortController();
  const refused = expect(update(1, { signal: aborted.signal })).rejects.toThrow('enough');
  await clock.sleep(20);
  aborted.abort(new Error('enough'));
  await refused;
  const made = calls.length;
  await clock.sleep(5_000);
  expect(calls).toHaveLength(made);
});
