import type { DynamoTable } from '../../../core/dynamodb/table.ts';
import { CAMPAIGN_HORIZON_MS } from '../../../core/limiter/allocate.ts';
import { createLimiter, type Limiter } from '../../../core/limiter/limiter.ts';
import {
  configureRate,
  dropConfiguredRate,
  freshLimiter,
  type RateOf,
  usedPerSecond,
} from '../../../core/limiter/rate.ts';
import { spacingOf } from '../../../core/limiter/spacing.ts';
import { readLimiter } from '../../../core/limiter/state.ts';
import { simulatedClock } from '../support/clock.ts';
import { openTable } from '../support/table.ts';
import { silent } from '../support/telemetry.ts';

let opened: Awaited<ReturnType<typeof openTable>>;
let table: DynamoTable;
const clock = simulatedClock();
let limiters = 0;

beforeAll(async () => {
  opened = await openTable(clock);
  table = opened.control;
});
afterAll(() => opened.close());

function aRate(source: { allowed?: () => Promise<number>; deployed?: number; headroom?: number } = {}): RateOf {
  limiters += 1;
  const { allowed = async () => 100, deployed = 0, headroom = 1 } = source;
  return { table, name: `l${limiters}`, source: { kind: 'account', allowed, deployed, headroom }, telemetry: silent };
}

const now = () => clock.now();
const campaign = (n: number) => ({ priority: 'campaign' as const, n, earliest: now() + 20, until: now() + 10_000 });

async function slots(limiter: Limiter, n: number): Promise<number[]> {
  const reserved = await limiter.reserve(campaign(n));
  return 'slots' in reserved ? reserved.slots : [];
}

describe('workers that reserve at once', () => {
  it('share the slots without gaps and overlaps', async () => {
    const rate = aRate();
    const workers = Array.from({ length: 8 }, () => createLimiter(rate));
    const taken = (await Promise.all(workers.flatMap((worker) => [slots(worker, 10), slots(worker, 3)]))).flat();
    taken.sort((a, b) => a - b);
    expect(taken).toHaveLength(8 * 13);
    for (let i = 1; i < taken.length; i += 1) {
      expect((taken[i] ?? 0) - (taken[i - 1] ?? 0)).toBeCloseTo(spacingOf(100), 2);
    }
  });

  it('get a time to retry once two seconds are reserved', async () => {
    const limiter = createLimiter(aRate());
    expect(await slots(limiter, 1_000)).toHaveLength(Math.floor((CAMPAIGN_HORIZON_MS - 20) / spacingOf(100)) + 1);
    const refused = await limiter.reserve(campaign(10));
    expect(refused).toEqual({ retryAt: expect.any(Number) });
    clock.move(('retryAt' in refused ? refused.retryAt : 0) - now());
    expect(await slots(limiter, 10)).toHaveLength(10);
  });

  it.each([40_000, 600_000])('go on at once when the clock is set back by %d ms', async (back) => {
    const rate = aRate();
    const limiter = createLimiter(rate);
    await slots(limiter, 1_000);
    clock.move(-back);
    try {
      for (const worker of [limiter, createLimiter(rate)]) {
        const [first = 0] = await slots(worker, 10);
        expect(first).toBeGreaterThanOrEqual(now());
        expect(first).toBeLessThan(now() + CAMPAIGN_HORIZON_MS);
      }
    } finally {
      clock.move(back);
    }
  });

  it('start again at the current time after a pause', async () => {
    const limiter = createLimiter(aRate());
    await slots(limiter, 10);
    clock.move(5_000);
    expect((await slots(limiter, 2))[0]).toBe(now() + 20);
  });
});

describe('the rate', () => {
  it('is what the provider allows times the headroom', async () => {
    const state = await freshLimiter(aRate({ allowed: async () => 50, headroom: 0.9 }));
    expect(state).toMatchObject({ perSecond: 45, allowed: 50, configured: 0 });
  });

  it('is that of the deployment if it sets one, but never more than the provider allows', async () => {
    expect((await freshLimiter(aRate({ deployed: 20 }))).perSecond).toBe(20);
    expect((await freshLimiter(aRate({ deployed: 200 }))).perSecond).toBe(100);
  });

  it('is looked up once for all workers together', async () => {
    let asked = 0;
    const rate = aRate({
      allowed: async () => {
        asked += 1;
        return 70;
      },
    });
    const states = await Promise.all(Array.from({ length: 6 }, () => freshLimiter(rate)));
    expect(states.map(({ perSecond }) => perSecond)).toEqual(Array(6).fill(70));
    expect(asked).toBe(1);
  });

  it('follows the provider within seconds', async () => {
    let allowed = 100;
    const limiter = createLimiter(aRate({ allowed: async () => allowed }));
    await slots(limiter, 1);
    allowed = 10;
    clock.move(4_000);
    await slots(limiter, 1);
    await limiter.idle();
    const [first = 0, second = 0] = await slots(limiter, 2);
    expect(second - first).toBeCloseTo(spacingOf(10), 2);
  });

  it('stays the last known one while the provider does not answer', async () => {
    let answers = true;
    const rate = aRate({
      allowed: async () => {
        if (!answers) throw new Error('no answer');
        return 33;
      },
    });
    await freshLimiter(rate);
    answers = false;
    clock.move(60_000);
    expect((await freshLimiter(rate)).perSecond).toBe(33);
  });

  it('set by an operator applies to the next slots, also of workers that know the old one', async () => {
    const rate = aRate();
    const limiter = createLimiter(rate);
    await slots(limiter, 1);
    await configureRate(rate, 5);
    const [first = 0, second = 0] = await slots(limiter, 2);
    expect(second - first).toBeCloseTo(spacingOf(5), 2);
    clock.move(60_000);
    expect(await freshLimiter(rate)).toMatchObject({ perSecond: 5, configured: 5 });
    expect((await configureRate(rate, 0)).perSecond).toBe(100);
  });

  it('set by an operator can be dropped, and where none was set nothing is written', async () => {
    const rate = aRate();
    await dropConfiguredRate(table, rate.name);
    expect(await readLimiter(table, rate.name)).toBeUndefined();
    await configureRate(rate, 5);
    await dropConfiguredRate(table, rate.name);
    expect(await freshLimiter(rate)).toMatchObject({ perSecond: 100, configured: 0 });
  });

  it('set by an operator ends with a deployment that has another one', async () => {
    const rate = aRate({ deployed: 20 });
    await configureRate(rate, 5);
    clock.move(2_000);
    const next: RateOf = { ...rate, source: { kind: 'account', allowed: async () => 100, deployed: 40, headroom: 1 } };
    expect(await freshLimiter(next)).toMatchObject({ perSecond: 40, configured: 0 });
  });

  it('of a window needs no provider', async () => {
    limiters += 1;
    const source = { kind: 'window', window: { max: 45, ms: 10_000 } } as const;
    const limiter = createLimiter({ table, name: `l${limiters}`, source, telemetry: silent });
    const [first = 0, second = 0] = await slots(limiter, 2);
    expect(second - first).toBeCloseTo(10_020 / 45, 1);
  });

  it('in use is seen', async () => {
    const rate = aRate({ allowed: async () => 10 });
    const limiter = createLimiter(rate);
    for (let sent = 0; sent < 50; sent += 1) {
      await slots(limiter, 1);
      await limiter.idle();
      clock.move(200);
    }
    expect(usedPerSecond(await freshLimiter(rate), now())).toBeCloseTo(5, 0);
    clock.move(10_000);
    expect(usedPerSecond(await freshLimiter(rate), now())).toBe(0);
  });
});

it('a limiter reports its rate and what is used of it, once for all workers', async () => {
  const levels: [string, number, string][] = [];
  const gauge = (...level: [string, number, string]) => levels.push(level);
  const rate: RateOf = { ...aRate(), telemetry: { ...silent, gauge } };
  const workers = [createLimiter(rate), createLimiter(rate)];
  await slots(workers[0] as Limiter, 1);
  clock.move(4_000);
  for (const worker of workers) await slots(worker, 100);
  for (const worker of workers) await worker.idle();
  clock.move(4_000);
  for (const worker of workers) await slots(worker, 1);
  for (const worker of workers) await worker.idle();

  expect(levels.filter(([metric]) => metric === 'RateAllowed')).toEqual([
    ['RateAllowed', 100, rate.name],
    ['RateAllowed', 100, rate.name],
    ['RateAllowed', 100, rate.name],
  ]);
  const used = levels.filter(([metric]) => metric === 'RateUsed').map(([, perSecond]) => perSecond);
  const [first, second = 0, third = 0, ...others] = used;
  expect(others).toEqual([]);
  expect(first).toBe(0);
  // Each covers the four seconds before it. Some of the 200 slots were reserved after the second look-up began.
  expect((second + third) * 4).toBeCloseTo(203, -1);
});
