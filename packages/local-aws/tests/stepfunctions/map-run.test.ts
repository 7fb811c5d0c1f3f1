import { chain, Harness, until } from './support/harness.ts';
import { csv, distributed, reader, thrown, WORK, writer } from './support/maps.ts';

let engine: Harness;
beforeAll(async () => {
  engine = await Harness.start();
});
afterAll(() => engine.close());

const mapRunOf = async (executionArn: string) => {
  const { mapRuns } = await engine.call('ListMapRuns', { executionArn });
  return await engine.call('DescribeMapRun', { mapRunArn: mapRuns[0].mapRunArn });
};

test("rows of a CSV become children, whose events are not in the parent's history", async () => {
  engine.aws.objects.set('files/three.csv', csv(3));
  const { arn, described, events } = await engine.run(distributed({ ...reader(), MaxConcurrency: 2 }), {
    key: 'three.csv',
  });
  expect(JSON.parse(described.output)).toEqual([1, 2, 3].map((n) => ({ row: `${n}`, name: `name ${n}` })));
  expect(chain(events)).toEqual([
    'ExecutionStarted<0',
    'MapStateEntered<0',
    'MapStateStarted<2',
    'MapRunStarted<3',
    'MapRunSucceeded<4',
    'MapStateSucceeded<5',
    'MapStateExited<4',
    'ExecutionSucceeded<7',
  ]);
  expect(events[2]?.mapStateStartedEventDetails).toEqual({ length: 0 });
  const machine = arn.split(':')[6];
  expect(events[3]?.mapRunStartedEventDetails.mapRunArn).toMatch(new RegExp(`:mapRun:${machine}/Rows:[0-9a-f-]{36}$`));
});

test('DescribeMapRun has all counts, and ListExecutions finds the children by Map Run', async () => {
  const { arn } = await engine.run(distributed({}), [1, 2, 3]);
  const counts = {
    pending: 0,
    running: 0,
    succeeded: 3,
    failed: 0,
    timedOut: 0,
    aborted: 0,
    total: 3,
    resultsWritten: 3,
    failuresNotRedrivable: 0,
    pendingRedrive: 0,
  };
  const run = await mapRunOf(arn);
  expect(run).toEqual({
    mapRunArn: expect.any(String),
    executionArn: arn,
    status: 'SUCCEEDED',
    startDate: expect.any(Number),
    stopDate: expect.any(Number),
    maxConcurrency: 0,
    toleratedFailurePercentage: 0,
    toleratedFailureCount: 0,
    itemCounts: counts,
    executionCounts: counts,
    redriveCount: 0,
  });
  const { executions } = await engine.call('ListExecutions', { mapRunArn: run.mapRunArn });
  const machine = arn.split(':')[6];
  expect(executions).toHaveLength(3);
  expect(executions[0].executionArn).toMatch(new RegExp(`:execution:${machine}/Rows:[0-9a-f-]{36}$`));
  const child = await engine.describe(executions[2].executionArn);
  expect(child).toMatchObject({ status: 'SUCCEEDED', input: '1', output: '1', mapRunArn: run.mapRunArn });
  expect(chain(await engine.events(executions[2].executionArn))).toEqual([
    'ExecutionStarted<0',
    'PassStateEntered<0',
    'PassStateExited<2',
    'ExecutionSucceeded<3',
  ]);
});

describe('tolerance', () => {
  const failing = (numbers: number[]) =>
    engine.aws.on('lambda.work', (n) => (numbers.includes(Number(n)) ? thrown('Bad') : { body: n }));

  test('is zero by default: the first failure stops the Map Run, and children not yet started stay pending', async () => {
    failing([2]);
    const { arn, described, events } = await engine.run(distributed({ MaxConcurrency: 1 }, WORK), [1, 2, 3, 4]);
    const failure = {
      error: 'States.ExceedToleratedFailureThreshold',
      cause: 'The specified tolerated failure threshold was exceeded',
    };
    expect(described).toMatchObject({ status: 'FAILED', ...failure });
    expect(chain(events).slice(4)).toEqual(['MapRunFailed<4', 'MapStateFailed<5', 'ExecutionFailed<6']);
    expect(events[4]?.mapRunFailedEventDetails).toEqual(failure);
    expect(await mapRunOf(arn)).toMatchObject({
      status: 'FAILED',
      executionCounts: { succeeded: 1, failed: 1, pending: 2, total: 4 },
    });
  });

  test('running children are aborted when the Map Run stops', async () => {
    engine.aws.on('lambda.work', async (n) => (n === 1 ? await new Promise(() => {}) : thrown('Bad')));
    const { arn } = await engine.run(distributed({ MaxConcurrency: 2 }, WORK), [1, 2]);
    const run = await mapRunOf(arn);
    expect(run.executionCounts).toMatchObject({ aborted: 1, failed: 1 });
    const { executions } = await engine.call('ListExecutions', { mapRunArn: run.mapRunArn, statusFilter: 'ABORTED' });
    expect(await engine.describe(executions[0].executionArn)).toMatchObject({
      status: 'ABORTED',
      cause: `The map run execution [${run.mapRunArn}] which was managing this resource was aborted`,
      redriveStatus: 'REDRIVABLE_BY_MAP_RUN',
    });
  });

  test('can be a count or a percentage of failures', async () => {
    failing([1, 2]);
    const by = async (fields: object) => (await engine.run(distributed(fields, WORK), [1, 2, 3, 4])).described.status;
    expect(await by({ ToleratedFailureCount: 2 })).toBe('SUCCEEDED');
    expect(await by({ ToleratedFailureCount: '{% 1 %}' })).toBe('FAILED');
    expect(await by({ ToleratedFailurePercentage: 50 })).toBe('SUCCEEDED');
    expect(await by({ ToleratedFailurePercentage: 49.9 })).toBe('FAILED');
  });

  test('counts the items of failed children with an ItemBatcher', async () => {
    engine.aws.on('lambda.work', ({ Items }) => (Items.includes(1) || Items.includes(5) ? thrown('Bad') : { body: 0 }));
    const by = async (fields: object, items: number[]) => {
      const definition = distributed({ ItemBatcher: { MaxItemsPerBatch: 2 }, ...fields }, WORK);
      const { arn, described } = await engine.run(definition, items);
      return { status: described.status, run: await mapRunOf(arn) };
    };
    const one = await by({ ToleratedFailureCount: 2 }, [1, 2, 3, 4]);
    expect(one).toMatchObject({
      status: 'SUCCEEDED',
      run: {
        itemCounts: { succeeded: 2, failed: 2, total: 4, resultsWritten: 4 },
        executionCounts: { succeeded: 1, failed: 1, total: 2, resultsWritten: 2 },
      },
    });
    expect((await by({ ToleratedFailureCount: 1 }, [1, 2, 3, 4])).status).toBe('FAILED');
    expect((await by({ ToleratedFailurePercentage: 20 }, [5, 2, 3, 4, 6].reverse())).status).toBe('SUCCEEDED');
    expect((await by({ ToleratedFailurePercentage: 20 }, [5, 2, 3, 4, 6])).status).toBe('FAILED');
  });

  test('Retry on the Map starts a new Map Run', async () => {
    let calls = 0;
    engine.aws.on('lambda.work', (n) => (++calls === 1 ? thrown('Bad') : { body: n }));
    const Retry = [
      { ErrorEquals: ['States.ExceedToleratedFailureThreshold'], IntervalSeconds: 1, JitterStrategy: 'FULL' },
    ];
    const { arn, described } = await engine.run(distributed({ Retry }, WORK), [7]);
    expect(described).toMatchObject({ status: 'SUCCEEDED', output: '[7]' });
    expect((await engine.call('ListMapRuns', { executionArn: arn })).mapRuns).toHaveLength(2);
  });
});

test('MaxConcurrency limits the running children, and UpdateMapRun changes it during the run', async () => {
  const waiting: (() => void)[] = [];
  engine.aws.on('lambda.work', () => new Promise((resolve) => waiting.push(() => resolve({ body: 1 }))));
  const items = Array.from({ length: 9 }, (_, i) => i);
  const arn = await engine.start(distributed({ MaxConcurrency: '{% 1 + 1 %}' }, WORK), items);
  await until(() => waiting.length === 2);
  const { mapRunArn, ...run } = await mapRunOf(arn);
  expect(run).toMatchObject({ maxConcurrency: 2, executionCounts: { running: 2, pending: 7, total: 9 } });
  await engine.call('UpdateMapRun', { mapRunArn, maxConcurrency: 5, toleratedFailureCount: 3 });
  await until(() => waiting.length === 5);
  expect(await mapRunOf(arn)).toMatchObject({
    maxConcurrency: 5,
    toleratedFailureCount: 3,
    executionCounts: { running: 5 },
  });
  await engine.call('UpdateMapRun', { mapRunArn, maxConcurrency: 1 });
  for (let done = 0; done < 9; done++) {
    await until(() => waiting.length > done);
    expect(waiting.length - done).toBeLessThanOrEqual(Math.max(1, 5 - done));
    waiting[done]?.();
  }
  expect((await engine.ended(arn)).status).toBe('SUCCEEDED');
});

describe('ResultWriter', () => {
  test('writes a file per outcome and a manifest, and the state returns their location', async () => {
    engine.aws.on('lambda.work', (n) => (n === 2 ? thrown('Bad') : { body: n }));
    const { arn, described } = await engine.run(distributed({ ...writer, ToleratedFailureCount: 1 }, WORK), [1, 2, 3]);
    const { mapRunArn, executionCounts } = await mapRunOf(arn);
    const uuid = mapRunArn.split(':').pop();
    expect(JSON.parse(described.output)).toEqual({
      MapRunArn: mapRunArn,
      ResultWriterDetails: { Bucket: 'results', Key: `run/${uuid}/manifest.json` },
    });
    expect(executionCounts.resultsWritten).toBe(3);
    const stored = (name: string) => JSON.parse(engine.aws.objects.get(`results/run/${uuid}/${name}`) ?? 'null');
    const size = engine.aws.objects.get(`results/run/${uuid}/SUCCEEDED_0.json`)?.length;
    expect(stored('manifest.json')).toEqual({
      DestinationBucket: 'results',
      MapRunArn: mapRunArn,
      ResultFiles: {
        FAILED: [{ Key: `run/${uuid}/FAILED_0.json`, Size: expect.any(Number) }],
        PENDING: [],
        SUCCEEDED: [{ Key: `run/${uuid}/SUCCEEDED_0.json`, Size: size }],
      },
    });
    expect(stored('SUCCEEDED_0.json').map(({ Output }: { Output: string }) => Output)).toEqual(['1', '3']);
    expect(stored('FAILED_0.json')[0]).toMatchObject({ Status: 'FAILED', Error: 'Bad', Input: '2', RedriveCount: 0 });
  });

  test.each([
    ['COMPACT', 'JSON', '[[1,{"a":1}],"x"]'],
    ['FLATTEN', 'JSON', '[1,{"a":1},"x"]'],
    ['COMPACT', 'JSONL', '[1,{"a":1}]\n"x"\n'],
  ])('with %s and %s writes the outputs of succeeded children, and failed ones whole', async (...config) => {
    const [Transformation, OutputType, written] = config;
    engine.aws.on('lambda.work', (n) => (n === 2 ? thrown('Bad') : { body: n === 1 ? [1, { a: 1 }] : 'x' }));
    const ResultWriter = { ...writer.ResultWriter, WriterConfig: { Transformation, OutputType } };
    const { arn } = await engine.run(distributed({ ResultWriter, ToleratedFailureCount: 1 }, WORK), [1, 2, 3]);
    const uuid = (await mapRunOf(arn)).mapRunArn.split(':').pop();
    const stored = (name: string) =>
      engine.aws.objects.get(`results/run/${uuid}/${name}_0.${OutputType?.toLowerCase()}`);
    expect(stored('SUCCEEDED')).toBe(written);
    expect(stored('FAILED')).toContain('"Input":"2"');
  });

  test('without it, more than 256 KiB of output is States.DataLimitExceeded', async () => {
    engine.aws.on('lambda.work', () => ({ body: 'x'.repeat(50_000) }));
    const { described } = await engine.run(distributed({}, WORK), [1, 2, 3, 4, 5, 6]);
    expect(described).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });
});

test('EXPRESS children run in the same way but have no history', async () => {
  const { arn, described } = await engine.run(distributed({}, undefined, 'EXPRESS'), [1, 2]);
  expect(described.output).toBe('[1,2]');
  const { mapRunArn } = await mapRunOf(arn);
  const { executions } = await engine.call('ListExecutions', { mapRunArn });
  expect(executions[0].executionArn).toMatch(/:express:machine-\d+\/Rows:[0-9a-f-]{36}:[0-9a-f-]{36}$/);
  await expect(engine.describe(executions[0].executionArn)).rejects.toMatchObject({ code: 'InvalidArn' });
});

test('StopExecution stops the Map Run and its children', async () => {
  engine.aws.on('lambda.work', () => new Promise(() => {}));
  const arn = await engine.start(distributed({ MaxConcurrency: 2 }, WORK), [1, 2, 3]);
  await until(async () => (await mapRunOf(arn)).executionCounts.running === 2);
  await engine.call('StopExecution', { executionArn: arn, error: 'Enough', cause: 'by hand' });
  expect(await engine.describe(arn)).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'by hand' });
  expect(chain(await engine.events(arn)).pop()).toBe('ExecutionAborted<0');
  expect(await mapRunOf(arn)).toMatchObject({
    status: 'ABORTED',
    executionCounts: { aborted: 2, pending: 1, running: 0 },
  });
});

test('after a restart a Map Run continues with the remaining children, and no ended child runs again', async () => {
  engine.aws.objects.set('files/forty.csv', csv(40));
  let held: (() => void)[] = [];
  const seen: string[] = [];
  engine.aws.on('lambda.work', ({ row }) => {
    seen.push(String(row));
    return Number(row) <= 20 ? { body: row } : new Promise((resolve) => held.push(() => resolve({ body: row })));
  });
  const arn = await engine.start(distributed({ ...reader(), MaxConcurrency: 5 }, WORK), { key: 'forty.csv' });
  await until(async () => (await mapRunOf(arn)).executionCounts.succeeded === 20 && held.length === 5);
  held = [];
  await engine.restart();
  await until(() => held.length === 5);
  engine.aws.on('lambda.work', ({ row }) => {
    seen.push(String(row));
    return { body: row };
  });
  for (const release of held) release();
  const { output } = await engine.ended(arn);
  expect(JSON.parse(output)).toEqual(Array.from({ length: 40 }, (_, i) => `${i + 1}`));
  // Only the five running calls were repeated.
  expect(seen).toHaveLength(45);
  expect(new Set(seen).size).toBe(40);
});

test('a temporary failure of S3 fails neither the reader nor the writer', async () => {
  engine.aws.objects.set('files/twenty.csv', csv(20));
  engine.aws.failingS3 = 2;
  const arn = await engine.start(distributed({ ...reader(), ...writer }), { key: 'twenty.csv' });
  await until(() => engine.aws.failingS3 === 0);
  engine.aws.failingS3 = 2;
  expect((await engine.ended(arn)).status).toBe('SUCCEEDED');
  expect((await mapRunOf(arn)).executionCounts.succeeded).toBe(20);
});
