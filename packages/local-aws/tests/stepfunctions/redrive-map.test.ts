import { type Answered, chain, Harness, type HistoryEvent, ManualClock, until } from './support/harness.ts';
import { csv, distributed, reader, thrown, WORK, writer } from './support/maps.ts';

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

describe('a distributed Map', () => {
  /** Three rows run: the first succeeds, the second fails, the third is aborted or never starts. */
  const failed = async (fields: object = {}) => {
    engine.aws.objects.set('files/rows.csv', csv(4));
    engine.aws.on('lambda.work', ({ row }) => (row === '2' ? thrown('Bad') : { body: row }));
    return await engine.run(distributed({ ...reader(), MaxConcurrency: 1, ...fields }, WORK), { key: 'rows.csv' });
  };
  const healed = () => engine.aws.on('lambda.work', ({ row }) => ({ body: row }));

  test('keeps its Map Run; failed and pending children run, succeeded ones do not', async () => {
    const { arn, events: before } = await failed();
    const first = await mapRunOf(arn);
    expect(first.executionCounts).toMatchObject({ succeeded: 1, failed: 1, pending: 2 });
    healed();
    await redrive(arn);
    expect(await engine.ended(arn)).toMatchObject({ status: 'SUCCEEDED', output: '["1","2","3","4"]' });
    expect(engine.aws.callsOf('lambda.work').map(({ params }) => params.row)).toEqual(['1', '2', '2', '3', '4']);
    const events = await engine.events(arn);
    expect(after(events, before)).toEqual([
      'ExecutionRedriven<7',
      'MapRunRedriven<3',
      'MapRunSucceeded<9',
      'MapStateSucceeded<10',
      'MapStateExited<9',
      'ExecutionSucceeded<12',
    ]);
    expect(events[8]?.mapRunRedrivenEventDetails).toEqual({ mapRunArn: first.mapRunArn, redriveCount: 1 });
    expect(await mapRunOf(arn)).toMatchObject({
      mapRunArn: first.mapRunArn,
      status: 'SUCCEEDED',
      redriveCount: 1,
      redriveDate: expect.any(Number),
      executionCounts: { succeeded: 4, failed: 0, pending: 0, total: 4 },
    });
  });

  test('failed children keep their ARN and continue at their failed state', async () => {
    engine.aws.on('lambda.prepare', () => ({ body: 'prepared' }));
    engine.aws.on('lambda.work', () => thrown('Bad'));
    const states = {
      Prepare: invoke({ Arguments: { FunctionName: 'prepare' }, Next: 'Work' }),
      Work: { ...invoke(), End: true },
    };
    const { arn } = await engine.run(distributed({ ToleratedFailureCount: 1 }, states), [1, 2]);
    const { mapRunArn } = await mapRunOf(arn);
    const before = await childrenOf(mapRunArn, 'FAILED');
    engine.aws.on('lambda.work', () => ({ body: 'done' }));
    await redrive(arn);
    expect((await engine.ended(arn)).status).toBe('SUCCEEDED');
    const children = await childrenOf(mapRunArn);
    expect(children.map(({ executionArn }) => executionArn).sort()).toEqual(
      before.map(({ executionArn }) => executionArn).sort(),
    );
    expect(children.map(({ redriveCount }) => redriveCount)).toEqual([1, 1]);
    expect(engine.aws.callsOf('lambda.prepare')).toHaveLength(2);
    const events = await engine.events(children[0]?.executionArn);
    expect(chain(events).slice(6)).toEqual([
      'TaskStateEntered<6',
      'TaskScheduled<7',
      'TaskStarted<8',
      'TaskFailed<9',
      'ExecutionFailed<10',
      'ExecutionRedriven<11',
      'TaskScheduled<7',
      'TaskStarted<13',
      'TaskSucceeded<14',
      'TaskStateExited<15',
      'ExecutionSucceeded<16',
    ]);
  });

  test('children that wait for their redrive have the status PENDING_REDRIVE', async () => {
    engine.aws.on('lambda.work', () => thrown('Bad'));
    const { arn } = await engine.run(
      distributed({ MaxConcurrency: 1, ToleratedFailurePercentage: 99 }, WORK),
      [1, 2, 3],
    );
    engine.aws.on('lambda.work', () => new Promise(() => {}));
    await redrive(arn);
    const { mapRunArn } = await mapRunOf(arn);
    await until(async () => (await mapRunOf(arn)).executionCounts.running === 1);
    expect((await mapRunOf(arn)).executionCounts).toMatchObject({ running: 1, pendingRedrive: 2, failed: 0 });
    expect(await childrenOf(mapRunArn, 'PENDING_REDRIVE')).toHaveLength(2);
  });

  test('results of a redrive are written to a separate location', async () => {
    const { arn } = await failed(writer);
    healed();
    await redrive(arn);
    const { output } = await engine.ended(arn);
    const { mapRunArn } = await mapRunOf(arn);
    const folder = `run/${mapRunArn.split(':').pop()}/Redrive-1`;
    expect(JSON.parse(output).ResultWriterDetails.Key).toBe(`${folder}/manifest.json`);
    const results = JSON.parse(engine.aws.objects.get(`results/${folder}/SUCCEEDED_0.json`) ?? '[]');
    expect(results.map(({ Output }: Answered) => Output)).toEqual(['"2"', '"3"', '"4"']);
  });

  test('after too much output without a ResultWriter all children run again', async () => {
    engine.aws.on('lambda.work', () => ({ body: 'x'.repeat(200_000) }));
    const { arn, described } = await engine.run(distributed({}, WORK), [1, 2]);
    expect(described.error).toBe('States.DataLimitExceeded');
    engine.aws.on('lambda.work', () => ({ body: 'short' }));
    await redrive(arn);
    expect((await engine.ended(arn)).output).toBe('["short","short"]');
  });

  test('EXPRESS children run from the start', async () => {
    engine.aws.on('lambda.prepare', (n) => ({ body: n }));
    engine.aws.on('lambda.work', () => thrown('Bad'));
    const states = {
      Prepare: invoke({ Arguments: { FunctionName: 'prepare', Payload: '{% $states.input %}' }, Next: 'Work' }),
      Work: { ...invoke(), End: true },
    };
    const { arn } = await engine.run(distributed({}, states, 'EXPRESS'), [5]);
    engine.aws.on('lambda.work', (n) => ({ body: n }));
    await redrive(arn);
    expect((await engine.ended(arn)).output).toBe('[5]');
    expect(engine.aws.callsOf('lambda.prepare')).toHaveLength(2);
  });

  test('a stopped Map Run continues with its aborted and pending children', async () => {
    engine.aws.on('lambda.work', () => new Promise(() => {}));
    const arn = await engine.start(distributed({ MaxConcurrency: 1 }, WORK), [1, 2]);
    await until(() => engine.aws.calls.length === 1);
    await engine.call('StopExecution', { executionArn: arn });
    engine.aws.on('lambda.work', (n) => ({ body: n }));
    await redrive(arn);
    expect((await engine.ended(arn)).output).toBe('[1,2]');
  });

  test('a redrive survives a restart', async () => {
    const { arn } = await failed();
    engine.aws.on('lambda.work', () => new Promise(() => {}));
    await redrive(arn);
    await until(async () => (await mapRunOf(arn)).executionCounts.running === 1);
    healed();
    await engine.restart();
    expect((await engine.ended(arn)).output).toBe('["1","2","3","4"]');
    expect((await mapRunOf(arn)).redriveCount).toBe(1);
  });
});
