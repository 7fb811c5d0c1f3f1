import fc from 'fast-check';
import {
  lastRowAt,
  nextRetryAtOf,
  type Plan,
  QUOTA_WINDOW_MS,
  quotaWarning,
} from '../../../core/campaigns/daily-quota.ts';

const START = Date.parse('2026-11-22T10:00:00.000Z');
const plan = (changes: Partial<Plan>): Plan => ({
  rows: 1_000,
  max24HourSend: 200,
  sentLast24Hours: 0,
  perSecond: 10,
  startAt: START,
  ...changes,
});
const isoOf = (changes: Partial<Plan>) => new Date(lastRowAt(plan(changes))).toISOString();

/**
 * The times at which the rows leave: at the rate, while SES has accepted fewer emails than the quota in the 24 hours before. A refused
 * row is sent 24 hours later, when the campaign continues. What was sent before the start was all sent at that moment.
 */
function simulate({ rows, max24HourSend, sentLast24Hours, perSecond, startAt }: Plan): number {
  const sent: number[] = Array.from({ length: sentLast24Hours }, () => startAt);
  const inWindow = (now: number) => sent.filter((at) => at > now - QUOTA_WINDOW_MS).length;
  let now = startAt;
  for (let row = 0; row < rows; row += 1) {
    now += 1000 / perSecond;
    if (inWindow(now) >= max24HourSend) now += QUOTA_WINDOW_MS;
    sent.push(now);
  }
  return now;
}

describe('the time of the last row', () => {
  it.each<[string, Partial<Plan>, string]>([
    ['is a matter of the rate when the quota is enough', { rows: 200 }, '2026-11-22T10:00:20.000Z'],
    ['is a matter of the rate when there is no quota', { max24HourSend: -1 }, '2026-11-22T10:01:40.000Z'],
    ['is a day later when one row is too many', { rows: 201 }, '2026-11-23T10:00:20.100Z'],
    ['is a day later for each further quota', { rows: 1_000 }, '2026-11-26T10:01:40.000Z'],
    ['counts what was sent before', { rows: 200, sentLast24Hours: 150 }, '2026-11-23T10:00:20.000Z'],
    ['counts no more than the quota', { rows: 200, sentLast24Hours: 5_000 }, '2026-11-23T10:00:20.000Z'],
    [
      'knows that a slow rate never uses the quota up',
      { rows: 1_000, max24HourSend: 100, perSecond: 100 / 86_400 },
      '2026-12-02T10:00:00.000Z',
    ],
    [
      'knows that a slow rate is stopped once, by what was sent before',
      { rows: 1_000, max24HourSend: 100, sentLast24Hours: 99, perSecond: 100 / 86_400 },
      '2026-12-03T10:00:00.000Z',
    ],
  ])('%s', (_, changes, expected) => {
    expect(isoOf(changes)).toBe(expected);
  });

  it('is what a campaign does that continues 24 hours after each stop', () => {
    fc.assert(
      fc.property(
        fc.record({
          rows: fc.integer({ min: 1, max: 120 }),
          max24HourSend: fc.integer({ min: 1, max: 40 }),
          sentLast24Hours: fc.integer({ min: 0, max: 50 }),
          perSecond: fc.constantFrom(0.0001, 0.0003, 0.0004, 0.01, 1, 14, 500),
          startAt: fc.constant(START),
        }),
        (some) => {
          const simulated = simulate(some);
          expect(lastRowAt(some)).toBeGreaterThanOrEqual(simulated - 1);
          // Exact, but where the rate uses the quota up only just: then a row may wait once less.
          if (some.perSecond > 0.001) expect(lastRowAt(some)).toBeCloseTo(simulated, -1);
        },
      ),
    );
  });
});

describe('the warning of the daily quota', () => {
  it.each<[string, Partial<Plan>]>([
    ['the quota is enough', { rows: 200 }],
    ['there is none', { max24HourSend: -1 }],
    ['the rate never uses it up', { perSecond: 0.001 }],
    // All that was sent until now is out of the window by then.
    ['it is free again at the start', { rows: 200, sentLast24Hours: 200, startAt: START + QUOTA_WINDOW_MS }],
  ])('is not given when %s', (_, changes) => {
    expect(quotaWarning(plan(changes), START)).toBeUndefined();
  });

  it.each<[string, Partial<Plan>, RegExp]>([
    ['names the day', { rows: 50_000, max24HourSend: 20_000 }, /50,000 rows .* on 2026-11-24 \(UTC\)/],
    ['says that nothing leaves without a quota', { max24HourSend: 0 }, /No row leaves before SES raises the quota/],
    ['says that the contents are not kept for so long', { rows: 16_000 }, /continued until 2027-02-05 \(UTC\) only/],
    [
      'says that the execution is not open for so long',
      { rows: 9_000, startAt: START + 330 * QUOTA_WINDOW_MS },
      /continued until 2027-11-22 \(UTC\) only/,
    ],
  ])('%s', (_, changes, expected) => {
    expect(quotaWarning(plan(changes), START)).toMatch(expected);
  });
});

describe('a campaign that has failed', () => {
  it('continues 24 hours after SES refused an email for the quota', () => {
    const accountError = { code: 'DailyQuotaExceeded', message: '', at: START };
    expect(nextRetryAtOf({ accountError })).toBe('2026-11-23T10:00:00.000Z');
  });

  it.each(['SendingPaused', 'AccountSuspended', 'CredentialsRefused'])('does not after %s', (code) => {
    expect(nextRetryAtOf({ accountError: { code, message: '', at: START } })).toBeUndefined();
    expect(nextRetryAtOf({})).toBeUndefined();
  });
});
