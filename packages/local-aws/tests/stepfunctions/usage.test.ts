import { join } from 'node:path';
import { definitionOf, Harness, ManualClock, until } from './support/harness.ts';
import { csv, distributed, reader, thrown, WORK } from './support/maps.ts';

let engine: Harness;
let clock: ManualClock;
beforeEach(async () => {
  clock = new ManualClock();
  engine = await Harness.start({ clock, random: () => 0 });
});
afterEach(() => engine.close());

const usage = (name?: string) => engine.call('LocalUsage', { name });
const nameOf = (arn: string) => arn.split(':').at(-1) ?? '';
const standard = (transitions: number) => ({ standard: transitions, expressRequests: 0, expressGbSeconds: 0 });
const PASS = { Type: 'Pass' };

test('every entered state counts as a transition, per execution and in total', async () => {
  const { arn } = await engine.run(
    definitionOf({
      First: { ...PASS, Next: 'Both' },
      Both: {
        Type: 'Parallel',
        Branches: [1, 2].map(() => ({ StartAt: 'In', States: { In: { ...PASS, End: true } } })),
        Next: 'Last',
      },
      Last: { Type: 'Succeed' },
    }),
  );
  await engine.run(definitionOf({ Only: { ...PASS, End: true } }));
  expect(await usage(nameOf(arn))).toEqual(standard(5));
  expect(await usage()).toEqual(standard(6));
  expect(await usage('nobody')).toEqual(standard(0));
});

test('a retry and a redriven state each count as one more', async () => {
  engine.aws.on('lambda.work', () => thrown('Bad'));
  const Retry = [{ ErrorEquals: ['Bad'], IntervalSeconds: 1, MaxAttempts: 2, JitterStrategy: 'FULL' }];
  const { arn } = await engine.run(definitionOf({ Work: { ...WORK.Work, Retry } }));
  expect(await usage(nameOf(arn))).toEqual(standard(3));
  engine.aws.on('lambda.work', () => ({ body: {} }));
  await engine.call('RedriveExecution', { executionArn: arn });
  await engine.ended(arn);
  expect(await usage(nameOf(arn))).toEqual(standard(4));
});

test('children of a Map Run count for its execution, also after a redrive or a restart', async () => {
  engine.aws.objects.set('files/rows.csv', csv(3));
  engine.aws.on('lambda.work', ({ row }) => (row === '3' ? thrown('Bad') : { body: row }));
  const { arn } = await engine.run(distributed({ ...reader(), MaxConcurrency: 1 }, WORK), { key: 'rows.csv' });
  expect(await usage(nameOf(arn))).toEqual(standard(1 + 3));
  await engine.restart();
  expect(await usage(nameOf(arn))).toEqual(standard(1 + 3));
  engine.aws.on('lambda.work', ({ row }) => ({ body: row }));
  await engine.call('RedriveExecution', { executionArn: arn });
  await engine.ended(arn);
  expect(await usage(nameOf(arn))).toEqual(standard(1 + 3 + 1));
});

test('states that ran at a restart are counted once', async () => {
  const arn = await engine.start(
    definitionOf({ Wait: { Type: 'Wait', Seconds: 60, Next: 'Last' }, Last: { Type: 'Succeed' } }),
  );
  await until(async () => (await engine.events(arn)).length > 1, 'the Wait state');
  await engine.restart();
  clock.advance(60_000);
  await engine.ended(arn);
  expect(await usage(nameOf(arn))).toEqual(standard(2));
});

test('EXPRESS children are billed by runs and duration, in started units of 100 ms and 64 MB', async () => {
  engine.aws.on('lambda.work', () => {
    clock.advance(130);
    return { body: {} };
  });
  const { arn } = await engine.run(distributed({ MaxConcurrency: 1 }, WORK, 'EXPRESS'), [1, 2]);
  expect(await usage(nameOf(arn))).toEqual({
    standard: 1,
    expressRequests: 2,
    expressGbSeconds: 2 * 0.2 * (64 / 1024),
  });
});

test('a database from before transitions were counted still opens', async () => {
  const first = await engine.run(definitionOf({ Only: { ...PASS, End: true } }));
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const db = new DatabaseSync(join(engine.dataDir, 'states.db'));
  db.exec('ALTER TABLE executions DROP COLUMN transitions');
  db.close();
  await engine.restart();
  await engine.run(definitionOf({ Only: { ...PASS, End: true } }));
  expect(await engine.describe(first.arn)).toMatchObject({ status: 'SUCCEEDED' });
  expect(await usage()).toEqual(standard(1));
});
