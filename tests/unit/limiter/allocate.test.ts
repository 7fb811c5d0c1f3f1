import fc from 'fast-check';
import {
  type Ask,
  type Attempt,
  decide,
  type LimiterState,
  type Priority,
  slotsOf,
} from '../../../core/limiter/allocate.ts';
import { reservedSpacingOf, spacingOf, windowSpacingOf } from '../../../core/limiter/spacing.ts';

/** What DynamoDB does with an attempt: whether its condition holds in this state. */
function holds(attempt: Attempt, state: LimiterState): boolean {
  return (
    state.spacing === attempt.spacing &&
    (attempt.kind === 'extend'
      ? state.next > attempt.earliest && state.next <= attempt.latestNext
      : state.next <= attempt.earliest) &&
    (!attempt.reservedShare || state.reservedNext === attempt.reservedShare.from) &&
    (attempt.noCampaignSince === undefined || state.campaignAt <= attempt.noCampaignSince)
  );
}

/** The state after the attempt. */
function applied(attempt: Attempt, state: LimiterState): LimiterState {
  const step = attempt.n * attempt.spacing;
  return {
    ...state,
    next: (attempt.kind === 'extend' ? state.next : attempt.earliest) + step,
    ...(attempt.reservedShare && { reservedNext: attempt.reservedShare.to }),
    ...(attempt.priority === 'campaign' && { campaignAt: attempt.now }),
  };
}

const START = 1_000_000;
/** From then on no slot is left that was booked before the campaigns came. */
const BESIDE = START + 4_000;
const newState = (spacing: number): LimiterState => ({ next: 0, spacing, reservedNext: 0, campaignAt: 0 });
const ask = (now: number, n: number, priority: Priority = 'campaign', lead = 0): Ask => ({
  priority,
  n,
  now,
  earliest: now + lead,
  until: now + 60_000,
});

/** The limiter as its item is: attempts are made on it only while their condition holds. */
class Item {
  state: LimiterState;
  readonly slots: { at: number; priority: Priority }[] = [];

  constructor(state: LimiterState) {
    this.state = state;
  }

  /** Plans on `seen`, which may be old, and goes on with what stands until it is granted or refused. */
  ask(request: Ask, seen = this.state): number[] {
    let decision = decide(seen, request);
    for (;;) {
      if (!('attempt' in decision)) return [];
      const { attempt } = decision;
      if (holds(attempt, this.state)) {
        this.state = applied(attempt, this.state);
        const slots = slotsOf(attempt, this.state.next);
        this.slots.push(...slots.map((at) => ({ at, priority: request.priority })));
        return slots;
      }
      decision = decide(this.state, request);
    }
  }
}

/** The most sends in any window when each leaves anywhere within the tolerance after its slot. */
function mostIn(slots: number[], windowMs: number, toleranceMs: number): number {
  let most = 0;
  let first = 0;
  for (let last = 0; last < slots.length; last += 1) {
    // The worst case: the first as late as it may be, the last on time.
    while ((slots[first] ?? 0) + toleranceMs < (slots[last] ?? 0) - windowMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

const request = fc.record({
  wait: fc.nat(400),
  n: fc.integer({ min: 1, max: 25 }),
  lead: fc.nat(300),
  spare: fc.nat(25),
  priority: fc.constantFrom<Priority>('campaign', 'campaign', 'campaign', 'transactional'),
  /** How many grants ago the asking worker last saw the item, and by how much its clock is off. */
  behind: fc.nat(4),
  skew: fc.integer({ min: -50, max: 50 }),
});

describe('slots', () => {
  it('are never closer together than the spacing, whatever the interleaving and the clocks', () => {
    fc.assert(
      fc.property(
        fc.array(request, { maxLength: 80 }),
        fc.double({ min: 0.5, max: 500, noNaN: true }),
        (requests, rate) => {
          const spacing = spacingOf(rate);
          const item = new Item(newState(spacing));
          const seen = [item.state];
          let now = START;
          for (const { wait, n, spare, lead, priority, behind, skew } of requests) {
            now += wait;
            item.ask({ ...ask(now + skew, n, priority, lead), spare }, seen.at(-1 - behind) ?? item.state);
            seen.push(item.state);
          }
          const times = item.slots.map(({ at }) => at);
          for (let i = 1; i < times.length; i += 1) {
            expect((times[i] ?? 0) - (times[i - 1] ?? 0)).toBeGreaterThanOrEqual(spacing - 1e-6);
          }
          expect(mostIn(times, 1_000, 20)).toBeLessThanOrEqual(1.02 * rate + 1);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('of a provider with a window never exceed it', () => {
    fc.assert(
      fc.property(fc.array(request, { maxLength: 80 }), fc.integer({ min: 1, max: 60 }), (requests, max) => {
        const item = new Item(newState(windowSpacingOf({ max, ms: 10_000 })));
        let now = START;
        for (const { wait, n, lead, priority } of requests) {
          now += wait;
          item.ask(ask(now, n, priority, lead));
        }
        expect(
          mostIn(
            item.slots.map(({ at }) => at),
            10_000,
            20,
          ),
        ).toBeLessThanOrEqual(max);
      }),
    );
  });

  it('are booked at most two seconds ahead by campaigns', () => {
    const item = new Item(newState(spacingOf(14)));
    const slots = item.ask(ask(START, 1_000));
    expect(slots.at(-1)).toBeLessThanOrEqual(START + 2_000);
    expect(slots.length).toBe(28);
    expect(decide(item.state, ask(START, 10))).toHaveProperty('retryAt');
  });

  it('are given in excess only while nobody else waits', () => {
    const item = new Item(newState(spacingOf(400)));
    const granted = [1, 2, 3].map(() => item.ask({ ...ask(START, 10), spare: 10 }).length);
    expect(granted).toEqual([20, 20, 10]);
  });

  it('are between the earliest and the latest requested time', () => {
    const item = new Item(newState(spacingOf(100)));
    const slots = item.ask({ ...ask(START, 500, 'campaign', 50), until: START + 300 });
    expect(slots[0]).toBe(START + 50);
    expect(slots.at(-1)).toBeLessThanOrEqual(START + 300);
    expect(item.ask({ ...ask(START, 5), until: START + 40, earliest: START + 50 })).toEqual([]);
  });
});

/**
 * Workers that take batches of ten and come again when they are refused, or when their batch is sent. Answers the slots that were sent
 * at: spare ones are not, as nobody is late.
 */
function simulate({
  rate,
  seconds,
  workers,
  transactional,
}: {
  rate: number;
  seconds: number;
  workers: number;
  /** Transactional emails asked for per second. */
  transactional: number;
}) {
  const item = new Item(newState(spacingOf(rate)));
  const end = START + seconds * 1_000;
  const wakes = Array.from({ length: workers }, (_, n) => START + n);
  const used: { at: number; priority: Priority }[] = [];
  const send = (request: Ask) => {
    const slots = item.ask(request).slice(0, request.n);
    used.push(...slots.map((at) => ({ at, priority: request.priority })));
    return slots;
  };
  // It asks first, and books all that it may while it is alone.
  let mailAt = START;
  for (;;) {
    const now = Math.min(mailAt, ...wakes);
    if (now >= end) return used.filter(({ at }) => at < end);
    if (now === mailAt) {
      if (transactional > 0) send(ask(now, Math.max(1, Math.round(transactional / 10)), 'transactional', 10));
      mailAt += 100;
      continue;
    }
    const worker = wakes.indexOf(now);
    const request = { ...ask(now, 10, 'campaign', 20), spare: 10 };
    const decision = decide(item.state, request);
    if ('retryAt' in decision) {
      item.state = { ...item.state, campaignAt: now };
      wakes[worker] = decision.retryAt;
    } else {
      wakes[worker] = (send(request).at(-1) ?? now) + 60;
    }
  }
}

describe('the rate', () => {
  it.each([14, 100, 400])('of %d per second is used to 97 %% at least', (rate) => {
    const slots = simulate({ rate, seconds: 30, workers: 10, transactional: 0 });
    expect(slots.length / 30).toBeGreaterThanOrEqual(0.97 * rate);
    expect(slots.length / 30).toBeLessThanOrEqual(rate);
  });

  it.each([5, 14, 100])('of %d gives transactional mail its share beside campaigns, and no more', (rate) => {
    const seconds = 30;
    const slots = simulate({ rate, seconds, workers: 10, transactional: 1_000 });
    const beside = slots.filter(({ at }) => at >= BESIDE);
    const transactional = beside.filter(({ priority }) => priority === 'transactional').length / (seconds - 4);
    const own = 1_000 / reservedSpacingOf(spacingOf(rate));
    expect(transactional).toBeGreaterThanOrEqual(0.95 * own);
    expect(transactional).toBeLessThanOrEqual(1.15 * own);
    expect(slots.length / seconds).toBeGreaterThanOrEqual(0.97 * rate);
  });

  it('is available to campaigns while transactional mail does not use it', () => {
    const slots = simulate({ rate: 100, seconds: 30, workers: 10, transactional: 10 });
    expect(slots.filter(({ priority }) => priority === 'campaign').length / 30).toBeGreaterThanOrEqual(85);
    expect(slots.length / 30).toBeGreaterThanOrEqual(97);
  });

  it('is fully available to transactional mail while no campaign asks', () => {
    const slots = simulate({ rate: 50, seconds: 20, workers: 0, transactional: 1_000 });
    expect(slots.length / 20).toBeGreaterThanOrEqual(0.97 * 50);
  });
});
