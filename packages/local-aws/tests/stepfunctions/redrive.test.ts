import {
  type Answered,
  chain,
  definitionOf,
  Harness,
  type HistoryEvent,
  ManualClock,
  until,
} from './support/harness.ts';
import { distributed, thrown, WORK } from './support/maps.ts';

let engine: Harness;
let clock: ManualClock;
beforeEach(async () => {
  clock = new ManualClock();
  engine = await Harness.start({ clock, random: () => 0 });
});
afterEach(() => engine.close());

const redrive = (executionArn: string, params: object = {}) =>
  engine.call('RedriveExecution', { executionArn, ...params });
/** The events that a redrive adds to the history. */
const after = (events: HistoryEvent[], before: HistoryEvent[]) => chain(events.slice(before.length));
const invoke = (fields: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: 'work', Payload: '{% $states.input %}' },
  Output: '{% $states.result.Payload %}',
  ...fields,
});
const mapRunOf = async (executionArn: string): Promise<Answered> => {
  const { mapRuns } = await engine.call('ListMapRuns', { executionArn });
  return await engine.call('DescribeMapRun', { mapRunArn: mapRuns[0].mapRunArn });
};
const childrenOf = async (mapRunArn: string, statusFilter?: string): Promise<Answered[]> =>
  (await engine.call('ListExecutions', { mapRunArn, ...(statusFilter && { statusFilter }) })).executions;

describe('a Task', () => {
  test('is scheduled again, linked to its original entry; the response has only the date', async () => {
    engine.aws.on('lambda.work', () => thrown('Bad'));
    const { arn, events: before } = await engine.run(definitionOf({ T: { ...invoke(), End: true } }), { a: 1 });
    expect(chain(before)).toEqual([
      'ExecutionStarted<0',
      'TaskStateEntered<0',
      'TaskScheduled<2',
      'TaskStarted<3',
      'TaskFailed<4',
      'ExecutionFailed<5',
    ]);
    engine.aws.on('lambda.work', (payload) => ({ body: payload }));
    clock.advance(5000);
    const answer = await redrive(arn);
    expect(answer).toEqual({ redriveDate: clock.now() / 1000 });
    const described = await engine.ended(arn);
    expect(described).toMatchObject({
      status: 'SUCCEEDED',
      output: '{"a":1}',
      redriveCount: 1,
      redriveDate: answer.redriveDate,
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
    });
    expect(described).not.toHaveProperty('error');
    const events = await engine.events(arn);
    expect(after(events, before)).toEqual([
      'ExecutionRedriven<6',
      'TaskScheduled<2',
      'TaskStarted<8',
      'TaskSucceeded<9',
      'TaskStateExited<10',
      'ExecutionSucceeded<11',
    ]);
    expect(events[6]?.executionRedrivenEventDetails).toEqual({ redriveCount: 1 });
  });

  test('gets all its retries again', async () => {
    engine.aws.on('lambda.work', () => thrown('Bad'));
    const Retry = [{ ErrorEquals: ['Bad'], IntervalSeconds: 1, MaxAttempts: 2, JitterStrategy: 'FULL' }];
    const arn = await engine.start(definitionOf({ T: { ...invoke({ Retry }), End: true } }));
    const ended = async () => {
      await until(async () => {
        clock.advance(1);
        return (await engine.describe(arn)).status === 'FAILED';
      });
      return engine.aws.calls.length;
    };
    expect(await ended()).toBe(3);
    await redrive(arn);
    expect(await ended()).toBe(6);
  });

  test('keeps the variables and the states that had succeeded', async () => {
    engine.aws.on('lambda.work', () => thrown('Bad'));
    const states = {
      First: { Type: 'Pass', Assign: { v: '{% $states.context.Execution.RedriveCount %}' }, Next: 'T' },
      T: {
        ...invoke({
          Output: '{% [$v, $states.context.Execution.RedriveCount, $states.context.Execution.RedriveTime] %}',
        }),
        End: true,
      },
    };
    const { arn } = await engine.run(definitionOf(states));
    engine.aws.on('lambda.work', () => ({ body: 1 }));
    clock.advance(1000);
    await redrive(arn);
    expect(JSON.parse((await engine.ended(arn)).output)).toEqual([0, 1, new Date(clock.now()).toISOString()]);
  });
});

test('a Fail state fails again', async () => {
  const { arn, events: before } = await engine.run(definitionOf({ F: { Type: 'Fail', Error: 'E', Cause: 'c' } }));
  await redrive(arn);
  expect(await engine.ended(arn)).toMatchObject({
    status: 'FAILED',
    error: 'E',
    redriveCount: 1,
    redriveStatus: 'REDRIVABLE',
  });
  expect(after(await engine.events(arn), before)).toEqual(['ExecutionRedriven<3', 'ExecutionFailed<2']);
});

test('a Choice is evaluated again', async () => {
  const states = {
    C: { Type: 'Choice', Choices: [{ Condition: '{% $states.context.Execution.RedriveCount = 1 %}', Next: 'Done' }] },
    Done: { Type: 'Succeed' },
  };
  const { arn, events: before, described } = await engine.run(definitionOf(states));
  expect(described.error).toBe('States.NoChoiceMatched');
  await redrive(arn);
  expect((await engine.ended(arn)).status).toBe('SUCCEEDED');
  expect(after(await engine.events(arn), before)[1]).toBe('ChoiceStateExited<2');
});

test('a stopped Wait continues if its time is over', async () => {
  const states = { W: { Type: 'Wait', Timestamp: new Date(clock.now() + 60_000).toISOString(), End: true } };
  const arn = await engine.start(definitionOf(states));
  await engine.call('StopExecution', { executionArn: arn });
  clock.advance(120_000);
  await redrive(arn);
  expect((await engine.ended(arn)).status).toBe('SUCCEEDED');
});

test('only the branches of a Parallel state that did not succeed run again', async () => {
  const branch = (state: object) => ({ StartAt: 'S', States: { S: state } });
  engine.aws.on('lambda.once', () => ({ body: 'once' }));
  const once = invoke({ Arguments: { FunctionName: 'once' }, End: true });
  const states = {
    Both: { Type: 'Parallel', Branches: [branch(once), branch({ ...invoke(), End: true })], End: true },
  };
  const arn = await engine.start(definitionOf(states));
  engine.aws.on('lambda.work', async () => {
    // The other branch succeeds first.
    await until(async () => (await engine.events(arn)).some(({ type }) => type === 'TaskStateExited'));
    return thrown('Bad');
  });
  await engine.ended(arn);
  engine.aws.on('lambda.work', () => ({ body: 'again' }));
  await redrive(arn);
  expect(JSON.parse((await engine.ended(arn)).output)).toEqual(['once', 'again']);
  expect(engine.aws.callsOf('lambda.once')).toHaveLength(1);
});

test('only the iterations of an inline Map that did not succeed run again', async () => {
  engine.aws.on('lambda.work', (n) => (n === 2 ? thrown('Bad') : { body: n }));
  const states = {
    M: {
      Type: 'Map',
      Items: '{% $states.input %}',
      MaxConcurrency: 1,
      ItemProcessor: { StartAt: 'S', States: { S: { ...invoke(), End: true } } },
      End: true,
    },
  };
  const { arn } = await engine.run(definitionOf(states), [1, 2, 3]);
  engine.aws.on('lambda.work', (n) => ({ body: n }));
  await redrive(arn);
  expect((await engine.ended(arn)).output).toBe('[1,2,3]');
  expect(engine.aws.callsOf('lambda.work').map(({ params }) => params)).toEqual([1, 2, 2, 3]);
});

describe('what cannot be redriven', () => {
  test('running and succeeded executions are refused with the messages of AWS', async () => {
    const running = await engine.start(definitionOf({ W: { Type: 'Wait', Seconds: 60, End: true } }));
    await expect(redrive(running)).rejects.toMatchObject({
      code: 'ExecutionNotRedrivable',
      message: `Execution ${running} invalid for redrive as: Execution is RUNNING and cannot be redriven`,
    });
    const { arn } = await engine.run(definitionOf({ P: { Type: 'Pass', End: true } }));
    await expect(redrive(arn)).rejects.toMatchObject({
      code: 'ExecutionNotRedrivable',
      message: `Execution ${arn} invalid for redrive as: Execution is SUCCEEDED and cannot be redriven`,
    });
  });

  test("a child's own ARN", async () => {
    engine.aws.on('lambda.work', () => thrown('Bad'));
    const { arn } = await engine.run(distributed({}, WORK), [1]);
    const [child] = await childrenOf((await mapRunOf(arn)).mapRunArn);
    await expect(redrive(child?.executionArn)).rejects.toMatchObject({
      code: 'ValidationException',
      message: 'Labeled Execution ARNs are not supported for this API',
    });
  });

  test('one that ended more than 14 days ago', async () => {
    const { arn } = await engine.run(definitionOf({ F: { Type: 'Fail' } }));
    clock.advance(14 * 24 * 3600 * 1000);
    expect((await engine.describe(arn)).redriveStatus).toBe('REDRIVABLE');
    clock.advance(1);
    expect((await engine.describe(arn)).redriveStatus).toBe('NOT_REDRIVABLE');
    await expect(redrive(arn)).rejects.toMatchObject({ code: 'ExecutionNotRedrivable' });
  });
});

test('a used clientToken returns the first date and has no effect', async () => {
  const { arn } = await engine.run(definitionOf({ F: { Type: 'Fail' } }));
  const first = await redrive(arn, { clientToken: 'once' });
  await engine.ended(arn);
  clock.advance(60_000);
  expect(await redrive(arn, { clientToken: 'once' })).toEqual(first);
  expect((await engine.describe(arn)).redriveCount).toBe(1);
  await redrive(arn, { clientToken: 'twice' });
  expect((await engine.ended(arn)).redriveCount).toBe(2);
});

test('the original definition runs even if the machine was updated', async () => {
  engine.aws.on('lambda.work', () => thrown('Bad'));
  const { arn, described } = await engine.run(definitionOf({ T: { ...invoke(), End: true } }));
  const changed = definitionOf({ P: { Type: 'Pass', Output: 'changed', End: true } });
  const { stateMachineArn } = described;
  await engine.call('UpdateStateMachine', { stateMachineArn, definition: JSON.stringify(changed) });
  engine.aws.on('lambda.work', () => ({ body: 'original' }));
  await redrive(arn);
  expect((await engine.ended(arn)).output).toBe('"original"');
});

test('a timed-out execution gets its whole time again', async () => {
  const arn = await engine.start(definitionOf({ W: { Type: 'Wait', Seconds: 90, End: true } }, { TimeoutSeconds: 60 }));
  clock.advance(60_000);
  expect((await engine.ended(arn)).status).toBe('TIMED_OUT');
  await redrive(arn);
  clock.advance(30_000);
  expect((await engine.ended(arn)).status).toBe('SUCCEEDED');
});
