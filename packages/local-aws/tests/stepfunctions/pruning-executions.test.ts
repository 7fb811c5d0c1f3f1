import { join } from 'node:path';
import { HISTORY_SPAN } from '../../src/stepfunctions/state/database.ts';
import { type Answered, definitionOf, Harness, ManualClock, until } from './support/harness.ts';
import { distributed } from './support/maps.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let clock: ManualClock;
let engine: Harness;
beforeEach(async () => {
  clock = new ManualClock();
  engine = await Harness.start({ clock, random: () => 0, keptExecutions: 2 });
});
afterEach(() => engine.close());

// Jest cannot resolve node:sqlite, because the module has no name without the prefix.
const sqlite = process.getBuiltinModule('node:sqlite');

const machineOf = (arn: string) => arn.replace(':execution:', ':stateMachine:').split(':').slice(0, -1).join(':');

/** Starts another execution of a machine, and waits for its end. The clock moves on first. */
async function runAgain(
  stateMachineArn: string,
  { after = HOUR, input = {} }: { after?: number; input?: unknown } = {},
) {
  clock.advance(after);
  const { executionArn } = await engine.call('StartExecution', { stateMachineArn, input: JSON.stringify(input) });
  return { arn: String(executionArn), described: await engine.ended(executionArn) };
}

const isThere = (executionArn: string): Promise<boolean> =>
  engine.call('DescribeExecution', { executionArn }).then(
    () => true,
    ({ code }: Answered) => code !== 'ExecutionDoesNotExist',
  );

const removed = (arn: string) => until(async () => !(await isThere(arn)), `the removal of ${arn}`);

const rowsIn = (table: string): number => {
  const db = new sqlite.DatabaseSync(join(engine.dataDir, 'states.db'), { readOnly: true });
  const rows = Number(db.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.count);
  db.close();
  return rows;
};

test('the newest executions of a machine are kept, and older ones go with their children, histories and Map Runs', async () => {
  const { arn } = await engine.run(distributed({ MaxConcurrency: 1 }), [1, 2, 3]);
  const machine = machineOf(arn);
  const second = await runAgain(machine, { input: [1] });
  expect(await isThere(arn)).toBe(true);

  const third = await runAgain(machine, { input: [1] });
  await removed(arn);
  expect(await isThere(second.arn)).toBe(true);
  expect(await isThere(third.arn)).toBe(true);
  // Of the two that are left: themselves and a child each.
  expect(rowsIn('executions')).toBe(4);
  expect(rowsIn('map_runs')).toBe(2);
  expect(rowsIn(`history WHERE id / ${HISTORY_SPAN} NOT IN (SELECT id FROM executions)`)).toBe(0);
});

test('the usage of all executions includes the ones that were removed', async () => {
  const { arn } = await engine.run(distributed({ MaxConcurrency: 1 }), [1, 2, 3]);
  const { standard: one } = await engine.call('LocalUsage', {});
  for (let n = 0; n < 5; n++) await runAgain(machineOf(arn), { input: [1, 2, 3] });
  await removed(arn);
  expect(await engine.call('LocalUsage', {})).toMatchObject({ standard: 6 * one });
});

test('an execution that ended a moment ago is kept, however many are newer', async () => {
  const { arn } = await engine.run(definitionOf({ Only: { Type: 'Pass', End: true } }));
  for (let n = 0; n < 4; n++) await runAgain(machineOf(arn), { after: 1_000 });
  expect(await isThere(arn)).toBe(true);
});

test('a failed execution is kept as long as it may be redriven, which is 14 days', async () => {
  const { arn, described } = await engine.run(definitionOf({ Only: { Type: 'Fail', Error: 'No' } }));
  expect(described.status).toBe('FAILED');
  for (let n = 0; n < 4; n++) await runAgain(machineOf(arn));
  expect(await isThere(arn)).toBe(true);
  await runAgain(machineOf(arn), { after: 15 * DAY });
  await removed(arn);
});

test('a running execution is kept', async () => {
  const wait = definitionOf({ Wait: { Type: 'Wait', Seconds: '{% $states.input.seconds %}', End: true } });
  const waiting = await engine.start(wait, { seconds: 30 * DAY });
  const machine = machineOf(waiting);
  const ended: string[] = [];
  for (let n = 0; n < 4; n++) ended.push((await runAgain(machine, { input: { seconds: 0 } })).arn);
  await removed(String(ended[0]));
  expect(await isThere(waiting)).toBe(true);
});
