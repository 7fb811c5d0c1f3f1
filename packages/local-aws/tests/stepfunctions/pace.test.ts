import type { LimitSettings } from '../../src/limits/limits.ts';
import { type Answered, definitionOf, Harness, ManualClock } from './support/harness.ts';
import { distributed } from './support/maps.ts';

let engine: Harness;
const clock = new ManualClock();
const open = async (limits: LimitSettings) => {
  engine = await Harness.start({ clock, limits });
};
afterEach(() => engine.close());

/** Lets the time of the engine go on until an execution has ended, ten milliseconds a step. Resolves to the execution. */
async function pass(arn: string): Promise<Answered> {
  for (;;) {
    for (let step = 0; step < 10; step += 1) {
      clock.advance(10);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const described = await engine.describe(arn);
    if (described.status !== 'RUNNING') return described;
  }
}

/** When the children of the Map Run of an execution started, in seconds. */
async function startsOf(executionArn: string): Promise<number[]> {
  const [run] = (await engine.call('ListMapRuns', { executionArn })).mapRuns;
  const starts: number[] = [];
  let nextToken: string | undefined;
  do {
    const page = await engine.call('ListExecutions', { mapRunArn: run.mapRunArn, maxResults: 1000, nextToken });
    starts.push(...page.executions.map(({ startDate }: Answered) => Number(startDate)));
    nextToken = page.nextToken;
  } while (nextToken);
  return starts.sort((a, b) => a - b);
}

const mostInASecond = (times: readonly number[]) =>
  Math.max(...times.map((from) => times.filter((time) => time >= from && time < from + 1).length));

const items = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('a Map Run', () => {
  test.each([
    ['STANDARD', 'states.dispatchStandard', 250, { bucket: 10, perSecond: 100 }],
    ['EXPRESS', 'states.dispatchExpress', 600, { bucket: 20, perSecond: 200 }],
  ] as const)('starts %s children at the pace of %s', async (type, name, count, pace) => {
    await open({ [name]: pace });
    const arn = await engine.start(distributed({}, undefined, type), items(count));

    const { status, startDate, stopDate } = await pass(arn);

    expect(status).toBe('SUCCEEDED');
    const seconds = (count - pace.bucket) / pace.perSecond;
    expect(stopDate - startDate).toBeGreaterThanOrEqual(seconds - 0.02);
    expect(stopDate - startDate).toBeLessThan(seconds + 0.5);
    if (type === 'STANDARD') {
      const starts = await startsOf(arn);
      expect(starts).toHaveLength(count);
      expect(mostInASecond(starts)).toBeLessThanOrEqual(pace.bucket + pace.perSecond);
    }
  });

  test('starts all at once where the pace is off', async () => {
    await open({ 'states.dispatchStandard': false });
    const arn = await engine.start(distributed({}), items(250));
    const { status, startDate, stopDate } = await engine.ended(arn);
    expect([status, stopDate - startDate]).toEqual(['SUCCEEDED', 0]);
  });
});

test('executions together make transitions at their pace, and wait in order', async () => {
  await open({ 'states.transitions': { bucket: 20, perSecond: 100 } });
  const states = Object.fromEntries(
    items(40).map((n) => [`S${n}`, { Type: 'Pass', ...(n === 39 ? { End: true } : { Next: `S${n + 1}` }) }]),
  );
  const stateMachineArn = await engine.create(definitionOf(states));
  const from = clock.now();
  const arns: string[] = [];
  for (let n = 0; n < 5; n += 1) {
    arns.push((await engine.call('StartExecution', { stateMachineArn, input: '{}' })).executionArn);
  }
  const ended: Answered[] = [];
  for (const arn of arns) ended.push(await pass(arn));

  const elapsed = (Math.max(...ended.map(({ stopDate }) => stopDate)) * 1000 - from) / 1000;
  // 200 transitions, of which 20 at once.
  expect(elapsed).toBeGreaterThanOrEqual(1.75);
  expect(elapsed).toBeLessThan(2.5);
  // None is held until the others have ended.
  const stops = ended.map(({ stopDate }) => stopDate);
  expect(Math.max(...stops) - Math.min(...stops)).toBeLessThan(1.2);
});
