import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { type Answered, Harness } from './support/harness.ts';
import { distributed, writer } from './support/maps.ts';

let engine: Harness;
beforeEach(async () => {
  engine = await Harness.start({ keptHistories: 5 });
});
afterEach(() => engine.close());

// Jest cannot resolve node:sqlite, because the module has no name without the prefix.
const sqlite = process.getBuiltinModule('node:sqlite');

const items = (count: number) => Array.from({ length: count }, (_, n) => ({ n, text: 'x'.repeat(1_000) }));
const compact = {
  ResultWriter: { ...writer.ResultWriter, WriterConfig: { Transformation: 'COMPACT', OutputType: 'JSON' } },
};

async function childrenOf(executionArn: string): Promise<{ counts: Answered; children: Answered[] }> {
  const [{ mapRunArn }] = (await engine.call('ListMapRuns', { executionArn })).mapRuns;
  const { executions } = await engine.call('ListExecutions', { mapRunArn, maxResults: 1000 });
  return { counts: (await engine.call('DescribeMapRun', { mapRunArn })).executionCounts, children: executions };
}

/** How many children have a history, and the last error of those without. */
async function historiesOf(children: readonly Answered[]): Promise<{ kept: boolean[]; error: unknown }> {
  const kept: boolean[] = [];
  let error: unknown;
  for (const { executionArn } of children) {
    const answer = await engine.call('GetExecutionHistory', { executionArn }).catch((caught: unknown) => {
      error = caught;
    });
    kept.push(answer !== undefined);
  }
  return { kept, error };
}

it('keeps the histories of the newest succeeded children, and all rows for the counts', async () => {
  const { arn, described } = await engine.run(distributed({ MaxConcurrency: 1 }), items(32));
  expect(described.status).toBe('SUCCEEDED');
  const { counts, children } = await childrenOf(arn);
  const { kept, error } = await historiesOf(children);

  expect(counts).toMatchObject({ succeeded: 32, total: 32 });
  // Newest first: at least five, at most twice as many.
  const lost = kept.indexOf(false);
  expect(lost).toBeGreaterThanOrEqual(5);
  expect(lost).toBeLessThan(10);
  expect(kept.slice(lost).every((has) => !has)).toBe(true);
  expect(error).toMatchObject({ code: 'ExecutionDoesNotExist' });
});

it('keeps the histories of children that failed, so that they can be redriven', async () => {
  const states = {
    Check: {
      Type: 'Choice',
      Choices: [{ Condition: '{% $states.input.n % 2 = 0 %}', Next: 'No' }],
      Default: 'Yes',
    },
    No: { Type: 'Fail', Error: 'Even' },
    Yes: { Type: 'Succeed' },
  };
  const fields = { MaxConcurrency: 1, ToleratedFailurePercentage: 100 };
  const { arn } = await engine.run(distributed(fields, states), items(32));
  const { children } = await childrenOf(arn);
  const failed = children.filter(({ status }) => status === 'FAILED');
  expect(failed).toHaveLength(16);
  expect((await historiesOf(failed)).kept.every(Boolean)).toBe(true);
});

it('keeps no input of succeeded Express children that no result file contains', async () => {
  const { described } = await engine.run(distributed(compact, undefined, 'EXPRESS'), items(20));
  expect(described.status).toBe('SUCCEEDED');
  const results = [...engine.aws.objects].find(([key]) => key.includes('SUCCEEDED_0'))?.[1] ?? '[]';
  expect(JSON.parse(results)).toHaveLength(20);

  const db = new sqlite.DatabaseSync(join(engine.dataDir, 'states.db'), { readOnly: true });
  const { length } =
    db.prepare("SELECT sum(length(input)) AS length FROM executions WHERE type = 'EXPRESS'").get() ?? {};
  db.close();
  expect(length).toBe(20 * '{}'.length);
});

it('stores a long history and long inputs in fewer bytes, and answers them whole', async () => {
  const { arn, described } = await engine.run(distributed({ MaxConcurrency: 1 }), items(3));
  expect(described.status).toBe('SUCCEEDED');
  const { children } = await childrenOf(arn);
  const { executionArn } = children[0] ?? {};
  const { input } = await engine.call('DescribeExecution', { executionArn });
  expect(JSON.parse(input)).toEqual(items(3)[2]);
  const { events } = await engine.call('GetExecutionHistory', { executionArn });
  expect(JSON.parse(events[0].executionStartedEventDetails.input)).toEqual(items(3)[2]);

  const db = new sqlite.DatabaseSync(join(engine.dataDir, 'states.db'), { readOnly: true });
  const sum = (column: string, table: string) =>
    Number(db.prepare(`SELECT sum(octet_length(${column})) AS sum FROM ${table}`).get()?.sum);
  const stored = sum('events', 'history') + sum('input', 'executions WHERE map_run > 0');
  db.close();
  // Each child has its 1,000 characters in its input and in several events.
  expect(stored).toBeLessThan(3 * 1_000);
});

it('reads histories and inputs that an earlier version stored as text', async () => {
  const { arn } = await engine.run(distributed({ MaxConcurrency: 1 }), items(1));
  const { children } = await childrenOf(arn);
  const { executionArn } = children[0] ?? {};
  const before = await engine.call('GetExecutionHistory', { executionArn });
  const described = await engine.call('DescribeExecution', { executionArn });

  const db = new sqlite.DatabaseSync(join(engine.dataDir, 'states.db'));
  for (const [table, column] of [
    ['history', 'events'],
    ['executions', 'input'],
  ]) {
    const packed = db.prepare(`SELECT id, ${column} AS value FROM ${table} WHERE typeof(${column}) = 'blob'`).all();
    expect(packed).not.toHaveLength(0);
    for (const { id = null, value } of packed) {
      const text = inflateRawSync(value as Uint8Array).toString();
      db.prepare(`UPDATE ${table} SET ${column} = ? WHERE id = ?`).run(text, id);
    }
  }
  db.close();
  await engine.restart();

  expect(await engine.call('GetExecutionHistory', { executionArn })).toEqual(before);
  expect(await engine.call('DescribeExecution', { executionArn })).toEqual(described);
});
