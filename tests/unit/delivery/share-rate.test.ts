import { concurrencyFor, shareAfterChange, shareRate, shareWhileSending } from '../../../core/campaigns/concurrency.ts';
import type { Executions } from '../../../core/campaigns/executions.ts';
import { createLimiter } from '../../../core/limiter/limiter.ts';
import { configureRate } from '../../../core/limiter/rate.ts';
import { readLimiter } from '../../../core/limiter/state.ts';
import { silent } from '../support/telemetry.ts';
import { fakeStates } from './fake-states.ts';
import { openDelivery } from './support.ts';

let delivery: Awaited<ReturnType<typeof openDelivery>>;
afterEach(() => delivery.close());

const PER_SECOND = 12;

/** Running campaigns of one row a child, whose Map Runs run except for those that are named. */
async function open(names: readonly string[], { without = [] as string[], failing = '' } = {}) {
  delivery = await openDelivery();
  const { clock, store, table } = delivery;
  const rate = {
    table: table.control,
    name: 'ses',
    source: { kind: 'account' as const, allowed: async () => PER_SECOND, deployed: 0, headroom: 1 },
    telemetry: silent,
  };
  await createLimiter(rate).reserve({ priority: 'campaign', n: 1, earliest: clock.now(), until: clock.now() + 1_000 });
  for (const batchId of names) await delivery.campaign(1, { batchId, enqueued: 1, rowsPerChild: 1 });
  const set: [string, number][] = [];
  const failed: unknown[] = [];
  const calls = { now: 0, most: 0 };
  const executions: Executions = {
    ...fakeStates(clock).executions,
    async setConcurrency(batchId, concurrency) {
      calls.now += 1;
      calls.most = Math.max(calls.most, calls.now);
      await clock.sleep(10);
      calls.now -= 1;
      if (batchId === failing) throw new Error('Rate exceeded');
      set.push([batchId, concurrency]);
      return !without.includes(batchId);
    },
  };
  const telemetry = {
    ...silent,
    warn: (_text: string, { batchId }: Record<string, unknown> = {}) => failed.push(batchId),
  };
  const deps = { store, executions, clock, telemetry, control: table.control };
  const campaigns = async (name = 'ses') => (await readLimiter(table.control, name))?.campaigns;
  return {
    deps,
    rate,
    set,
    failed,
    calls,
    campaigns,
    end: (id: string) => store.update(id, { set: { status: 'SUCCEEDED' } }),
  };
}

it('campaigns that run share the rows in flight, and those that are left take over the share of one that ends', async () => {
  const { deps, set, campaigns, end } = await open(['a', 'b', 'c']);
  await shareRate(deps);
  expect(set.sort()).toEqual(['a', 'b', 'c'].map((id) => [id, concurrencyFor(PER_SECOND, 1, 3)]));
  expect(await campaigns()).toBe(3);
  set.length = 0;
  await end('b');
  await shareRate(deps);
  expect(set.sort()).toEqual(['a', 'c'].map((id) => [id, 30]));
  set.length = 0;
  // Nothing has changed, so no call is made.
  await shareRate(deps);
  expect(set).toEqual([]);
});

it('ten campaigns that start together are counted at once, and changed once', async () => {
  const names = Array.from({ length: 10 }, (_, n) => `c${n}`);
  const { deps, set, calls, campaigns } = await open(names);
  const changes = names.map(() => shareAfterChange(deps));
  await delivery.clock.until(async () => (await campaigns()) === 10);
  expect(set).toEqual([]);
  await Promise.all(changes);
  expect(set.sort()).toEqual(names.map((id) => [id, 6]));
  expect(calls.most).toBe(4);
});

it('a change is not forgotten that comes while others are made', async () => {
  const { deps, set, end } = await open(['a', 'b']);
  const first = shareAfterChange(deps);
  await delivery.clock.sleep(1_500);
  await end('b');
  await shareAfterChange(deps);
  await first;
  expect(set).toEqual([['a', 60]]);
});

it('the share of a campaign whose Map Run has not started yet is set again the next time', async () => {
  const without = ['a'];
  const { deps, set } = await open(['a'], { without });
  await shareRate(deps);
  without.length = 0;
  await shareRate(deps);
  await shareRate(deps);
  expect(set).toEqual([
    ['a', 60],
    ['a', 60],
  ]);
});

it('one that cannot be changed leaves the others', async () => {
  const { deps, set, failed } = await open(['a', 'b', 'c'], { failing: 'b' });
  await shareRate(deps);
  expect(set.map(([id]) => id).sort()).toEqual(['a', 'c']);
  expect(failed).toEqual(['b']);
});

it('a campaign that waits for its time or for its start has no share, and a dry run has another limiter', async () => {
  const { deps, set, campaigns } = await open(['a']);
  const { clock } = delivery;
  const at = (ms: number) => new Date(clock.now() + ms).toISOString();
  await delivery.campaign(1, { batchId: 'later', status: 'SCHEDULED', sendAt: at(60_000) });
  await delivery.campaign(1, { batchId: 'due', status: 'SCHEDULED', sendAt: at(-1_000) });
  await delivery.campaign(1, { batchId: 'held', status: 'READY' });
  await delivery.campaign(1, { batchId: 'dry', dryRun: true });
  await shareRate(deps);
  expect(set.map(([id]) => id).sort()).toEqual(['a', 'due']);
  expect([await campaigns(), set[0]?.[1]]).toEqual([2, 30]);
});

it('the sweep shares while a campaign sends, and reads none while none does', async () => {
  const { deps, set } = await open(['a']);
  await shareWhileSending(deps);
  expect(set).toEqual([['a', 60]]);
  delivery.clock.move(3 * 60_000);
  const list = () => Promise.reject(new Error('no campaign is read'));
  await shareWhileSending({ ...deps, store: { ...deps.store, list } });
});

it('a new rate is shared at once', async () => {
  const { deps, rate, set } = await open(['a', 'b']);
  await shareRate(deps);
  set.length = 0;
  await configureRate(rate, 4);
  await shareRate(deps);
  expect(set.sort()).toEqual([
    ['a', 10],
    ['b', 10],
  ]);
});
