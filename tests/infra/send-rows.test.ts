import { text } from 'node:stream/consumers';
import { executionInputOf } from '../../core/campaigns/identity.ts';
import { causeOf, failedRowsCause, sendMessageSchema } from '../../core/campaigns/messages.ts';
import { retryLines, sendRowsWriter } from '../../core/csv/rows-file.ts';
import { stateKey, statusKeyOf } from '../../core/ledger/keys.ts';
import { campaignRecord } from '../unit/campaigns/record.ts';
import { readAsStatesDoes } from '../unit/csv/states-reader.ts';
import { evaluate, stateNamed } from './support.ts';

const RECORD = campaignRecord({ batchId: 'c'.repeat(64), createdAt: '2026-11-22T10:00:00.000Z', rowsPerChild: 25 });
const ROWS = [250, 251, 300];

async function sendFile(): Promise<string> {
  const writer = sendRowsWriter(RECORD);
  const whole = text(writer.stream);
  for (const row of ROWS) await writer.write({ row });
  writer.end();
  return whole;
}
const retryFile = async () => [...retryLines(RECORD, ROWS)].join('');

interface ChildInput {
  BatchInput: Record<string, unknown>;
  Items: Record<string, unknown>[];
  tries?: number;
  nextAt?: string;
}

/** The input of the child of all rows in this file. */
async function childInput(csv: string): Promise<ChildInput> {
  const { ItemSelector, ItemBatcher } = stateNamed('SendRows') as unknown as {
    ItemSelector: string;
    ItemBatcher: { BatchInput: object };
  };
  const Execution = { Input: executionInputOf(RECORD, 'bucket') };
  const Items = readAsStatesDoes(csv).map((Value) =>
    evaluate(ItemSelector, { context: { Execution, Map: { Item: { Value } } } }),
  );
  const BatchInput = await evaluate(ItemBatcher.BatchInput, { context: { Execution } });
  return { BatchInput, Items: await Promise.all(Items) } as ChildInput;
}

interface Statement {
  Statement: string;
  Parameters: Record<string, unknown>[];
}
const statementsOf = async (state: string, input: object) =>
  ((await evaluate(stateNamed(state).Arguments, { input })) as { Statements: Statement[] }).Statements;

/** What the state passes on after it caught this error. */
async function caught(state: string, input: object, error: string, Cause = ''): Promise<ChildInput> {
  const { Output } = stateNamed(state).Catch?.find(({ ErrorEquals }) => ErrorEquals.includes(error)) ?? {};
  return (await evaluate(Output, { input, errorOutput: { Error: error, Cause } })) as ChildInput;
}

const keyOf = (row: number) => {
  const { pk, sk } = stateKey(RECORD.batchId, row);
  return [{ S: pk }, { S: sk }];
};
const statusKey = (rowNumber: number, status: 'QUEUED' | 'ERROR') => ({
  S: statusKeyOf({ createdAt: RECORD.createdAt, rowNumber }, status),
});

describe.each([
  ['send.csv', sendFile],
  ['a retry file', retryFile],
])('SendRows with %s', (_, file) => {
  it('marks the rows of a child in one call, by the keys of the ledger', async () => {
    const input = await childInput(await file());
    const queued = await statementsOf('MarkQueued', input);
    expect(queued.map(({ Parameters }) => Parameters)).toEqual(
      ROWS.map((row) => [statusKey(row, 'QUEUED'), { S: expect.any(String) }, ...keyOf(row)]),
    );
    expect(new Set(queued.map(({ Statement }) => Statement))).toEqual(new Set([input.BatchInput.markQueued]));
    const ended = await statementsOf('MarkErrors', await caught('Send', input, 'States.Timeout'));
    expect(ended.map(({ Parameters }) => Parameters)).toEqual(
      ROWS.map((row) => [statusKey(row, 'ERROR'), expect.anything(), { S: expect.any(String) }, ...keyOf(row)]),
    );
  });

  it('asks the worker for the rows by one message', async () => {
    const input = await childInput(await file());
    const { MessageBody } = (await evaluate(stateNamed('Send').Arguments, {
      input,
      context: { Task: { Token: 'token' } },
    })) as { MessageBody: unknown };
    expect(sendMessageSchema.parse(MessageBody)).toEqual({
      v: 2,
      taskToken: 'token',
      batchId: RECORD.batchId,
      rows: ROWS,
      queuedAt: expect.any(Number),
    });
  });
});

it('a child of one row has lists of one', async () => {
  const input = await childInput([...retryLines(RECORD, [7])].join(''));
  expect(await statementsOf('MarkQueued', input)).toHaveLength(1);
  const { MessageBody } = (await evaluate(stateNamed('Send').Arguments, {
    input,
    context: { Task: { Token: 'token' } },
  })) as { MessageBody: unknown };
  expect(sendMessageSchema.parse(MessageBody)).toMatchObject({ rows: [7] });
});

describe('rows that are not sent', () => {
  const reasonsOf = async (input: object) =>
    (await statementsOf('MarkErrors', input)).map(({ Parameters }) => Parameters[1]);
  const reason = (code: string, message: string) => ({
    M: { code: { S: code }, class: { S: 'transient' }, message: { S: message }, retryable: { BOOL: true } },
  });

  it.each([
    ['Send', 'States.Timeout', 'No worker answered in time'],
    ['Send', 'SQS.SdkClientException', 'The row could not be queued: SQS.SdkClientException'],
    ['MarkQueued', 'DynamoDb.ThrottlingException', 'The row could not be queued: DynamoDb.ThrottlingException'],
  ])('after %s with %s all have its reason', async (state, error, message) => {
    const input = await childInput(await retryFile());
    expect(await reasonsOf(await caught(state, input, error))).toEqual(ROWS.map(() => reason('NotDelivered', message)));
  });

  it('but may be in another try are queued again, and those alone', async () => {
    const input = await childInput(await retryFile());
    const failed = [
      { row: 300, code: 'ProviderUnavailable', message: 'Not "now".' },
      { row: 250, code: 'NotDelivered', message: 'x'.repeat(50_000) },
    ];
    const cause = failedRowsCause(failed);
    expect(cause.length).toBeLessThanOrEqual(32_768);
    const next = await caught('Send', input, 'Transient', cause);
    expect(next.Items.map(({ row }) => row)).toEqual([300, 250]);
    expect(next).toMatchObject({ BatchInput: input.BatchInput, tries: 1 });
    expect((await statementsOf('MarkQueued', next)).map(({ Parameters }) => Parameters.slice(2))).toEqual(
      [300, 250].map(keyOf),
    );
    expect(await reasonsOf(next)).toEqual([
      reason('ProviderUnavailable', 'Not "now".'),
      reason('NotDelivered', expect.stringMatching(/^x{2000,}$/) as unknown as string),
    ]);
    expect(await caught('Send', next, 'Transient', failedRowsCause(failed.slice(1)))).toMatchObject({
      Items: [{ row: 250 }],
      tries: 2,
    });
  });

  it('fit the cause though every message is as long as it may be and has to be escaped', () => {
    const failed = Array.from({ length: 25 }, (_, n) => ({
      row: 1_999_000 + n,
      code: 'ProviderUnavailable',
      message: '\u0001'.repeat(5_000),
    }));
    expect(failedRowsCause(failed).length).toBeLessThanOrEqual(32_768);
    expect(causeOf({ code: 'SendingPaused', message: '\u0001'.repeat(50_000) }).length).toBeLessThanOrEqual(32_768);
  });

  it('are marked again while statements are throttled, then left to Settle', async () => {
    const input = await caught('Send', await childInput(await retryFile()), 'States.Timeout');
    const outputOf = async (before: ChildInput, codes: (string | undefined)[]) => {
      const Responses = codes.map((Code) => (Code ? { Error: { Code } } : { TableName: 'sends' }));
      return (await evaluate(stateNamed('MarkErrors').Output, { input: before, result: { Responses } })) as ChildInput;
    };
    const isDone = (state: ChildInput) => evaluate(stateNamed('AreMarked').Choices?.[0]?.Condition, { input: state });

    const left = await outputOf(input, [undefined, 'ThrottlingError', 'ConditionalCheckFailed']);
    expect(left.Items.map(({ row }) => row)).toEqual([251]);
    expect(await isDone(left)).toBe(false);
    expect(await reasonsOf(left)).toEqual([reason('NotDelivered', 'No worker answered in time')]);
    expect(await isDone(await outputOf(left, [undefined]))).toBe(true);

    let stuck = left;
    for (let times = 0; !(await isDone(stuck)); times += 1) {
      expect(times).toBeLessThan(25);
      stuck = await outputOf(stuck, ['ThrottlingError']);
    }
    expect(stuck.Items).toHaveLength(1);
  });
});
