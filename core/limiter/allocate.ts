import { reservedSpacingOf } from './spacing.ts';

/**
 * The arithmetic of the limiter is GCRA with exact spacing: slots follow each other `spacing` apart, and `next` is the first free one. A
 * reservation is a conditional write, so it may be planned on an old state: when the condition fails it is planned again. Extending does
 * not need the exact state, so concurrent workers do not make each other fail.
 *
 * The limiter of SES serves both priorities. Campaigns may use the whole rate, except for a tenth that is reserved for transactional mail.
 */
export type Priority = 'campaign' | 'transactional';

export interface LimiterState {
  /** The first free slot; milliseconds since the epoch, with fractions. */
  next: number;
  spacing: number;
  /** The next slot of the share that is reserved for transactional mail. */
  reservedNext: number;
  /** When a campaign last asked for slots. */
  campaignAt: number;
}

export interface Ask {
  priority: Priority;
  /** At most this many slots. */
  n: number;
  /** This many more while the limiter has room, because a slow worker misses slots, and asking again would cost it more. */
  spare?: number;
  now: number;
  /** How often the asking row was put back on its queue. Such rows reserve further ahead than new ones, which therefore wait for them. */
  postponed?: number;
  /** No slot is earlier, because the steps before the send take until then. */
  earliest: number;
  /** No slot is later. */
  until: number;
}

/** A reservation as a conditional change of the state. */
export interface Attempt {
  n: number;
  priority: Priority;
  now: number;
  /** Condition: the spacing is still this one. */
  spacing: number;
  /** `extend`: the slots follow the last reserved one. `restart`: nobody asked for a while, so they begin at `earliest`. */
  kind: 'extend' | 'restart';
  earliest: number;
  /** Condition of `extend`: `next` is at most this, so that nobody reserves further ahead. */
  latestNext: number;
  /** For transactional mail while campaigns are active. Condition: the reserved share is still at `from`. */
  reservedShare?: { from: number; to: number };
  /** For transactional mail while no campaign is active. Condition: no campaign has asked since. */
  noCampaignSince?: number;
}

export type Decision = { attempt: Attempt } | { retryAt: number };

/** Campaigns reserve at most this far ahead. A stop or a new rate takes effect when these slots are over. */
export const CAMPAIGN_HORIZON_MS = 2_000;
/** Transactional mail may reserve this much further ahead than campaigns, which guarantees its reserved share. */
const TRANSACTIONAL_AHEAD_MS = 1_000;
/** A row of a campaign may use a tenth of that for each time it was put back, at most half of it. */
const POSTPONED_PART = 0.1;
const MAX_POSTPONED_PARTS = 5;
/** Spare slots are this close to the earliest slot. Other workers wait for slots further ahead. */
const SPARE_WITHIN_MS = 100;
/** Transactional mail may use its reserved share of this time at once. */
const RESERVED_BURST_MS = 1_000;
/** Campaigns are active this long after one of them asked. */
export const ACTIVE_MS = 2_000;

/** Plans a reservation on the state as it was read, or says when to ask again. */
export function decide(state: LimiterState, ask: Ask): Decision {
  const { spacing } = state;
  const first = Math.max(state.next, ask.earliest);
  const latest = Math.min(ask.until, ask.now + horizonOf(ask, spacing));
  const reservedShare = ask.priority === 'transactional' && ask.now - state.campaignAt < ACTIVE_MS;
  const fitting = Math.floor((latest - first) / spacing) + 1;
  const inReserved = reservedShare ? reservedLeft(state, ask.now) : Number.POSITIVE_INFINITY;
  const near = Math.floor((ask.earliest + SPARE_WITHIN_MS - first) / spacing) + 1;
  const wanted = Math.max(ask.n, Math.min(ask.n + (ask.spare ?? 0), near));
  const n = Math.min(wanted, fitting, inReserved);
  if (n < 1) return { retryAt: retryAt(state, ask, latest, inReserved) };
  const reservedSpacing = reservedSpacingOf(spacing);
  return {
    attempt: {
      n,
      priority: ask.priority,
      now: ask.now,
      spacing,
      kind: state.next > ask.earliest ? 'extend' : 'restart',
      earliest: ask.earliest,
      latestNext: Math.min(latest, n > ask.n ? ask.earliest + SPARE_WITHIN_MS : latest) - (n - 1) * spacing,
      ...(reservedShare && {
        reservedShare: { from: state.reservedNext, to: Math.max(state.reservedNext, ask.now) + n * reservedSpacing },
      }),
      ...(ask.priority === 'transactional' && !reservedShare && { noCampaignSince: ask.now - ACTIVE_MS }),
    },
  };
}

/** The clocks of two workers differ by less. */
const CLOCK_MARGIN_MS = 10_000;

/** Whether slots are reserved further ahead than any worker reserves, because the clock was set back since. */
export const isTooFarAhead = ({ next, spacing }: LimiterState, now: number): boolean =>
  next > now + horizonOf({ priority: 'transactional' }, spacing) + spacing + CLOCK_MARGIN_MS;

/** The slots of the attempt, from the `next` after it. */
export const slotsOf = ({ n, spacing }: Attempt, nextAfter: number): number[] =>
  Array.from({ length: n }, (_, i) => nextAfter - (n - i) * spacing);

function horizonOf({ priority, postponed = 0 }: Pick<Ask, 'priority' | 'postponed'>, spacing: number): number {
  const part = priority === 'transactional' ? 1 : POSTPONED_PART * Math.min(postponed, MAX_POSTPONED_PARTS);
  return CAMPAIGN_HORIZON_MS + part * Math.max(TRANSACTIONAL_AHEAD_MS, 2 * spacing);
}

function reservedLeft({ reservedNext, spacing }: LimiterState, now: number): number {
  return Math.floor((now + RESERVED_BURST_MS - Math.max(reservedNext, now)) / reservedSpacingOf(spacing)) + 1;
}

/** When all requested slots may fit, but not so late that slots in between would stay unused. */
function retryAt(state: LimiterState, ask: Ask, latest: number, inReserved: number): number {
  const { now } = ask;
  const wait =
    inReserved < 1
      ? state.reservedNext - RESERVED_BURST_MS - now
      : state.next - latest + Math.min((ask.n - 1) * state.spacing, CAMPAIGN_HORIZON_MS / 4);
  return now + Math.max(wait, state.spacing, 5);
}
