import { reservedSpacingOf } from './spacing.ts';

/**
 * The limiter's arithmetic: GCRA by exact spacing. Slots are handed out one after the other, `spacing` apart; `next` is the
 * first that is free. Every grant is an attempt with a condition, so that it may be planned on a state that is old by
 * the time it is made: then the condition fails and it is planned again. Extending needs no exact state, so workers that ask
 * at once do not refuse each other.
 */
export type Priority = 'campaign' | 'transactional';

export interface LimiterState {
  /** The first free slot; milliseconds since the epoch, with fractions. */
  next: number;
  spacing: number;
  /** Where the transactional mail's reserved share goes on. */
  reservedNext: number;
  /** When a campaign last asked. */
  campaignAt: number;
}

export interface Ask {
  priority: Priority;
  /** At most this many slots. */
  n: number;
  /** So many more where the limiter has room: a worker that is held up misses slots, and asking again costs it more. */
  spare?: number;
  now: number;
  /** No slot before this: what must be done first takes until then. */
  earliest: number;
  /** No slot after this. */
  until: number;
}

/** A grant as a conditional change of the state. */
export interface Attempt {
  n: number;
  priority: Priority;
  now: number;
  /** Holds only while the spacing is this one. */
  spacing: number;
  /** `extend`: the slots follow those before. `restart`: nobody asked for a while, they begin at `earliest`. */
  kind: 'extend' | 'restart';
  earliest: number;
  /** `extend` holds only while `next` is at most this: nobody books further ahead. */
  latestNext: number;
  /** The transactional priority while campaigns ask: its reserved share, moved from exactly here. */
  reservedShare?: { from: number; to: number };
  /** The transactional priority alone: holds only while no campaign has asked since. */
  noCampaignSince?: number;
}

export type Decision = { attempt: Attempt } | { retryAt: number };

/** Campaigns book at most this far ahead: a stop takes effect, and a new rate, when these slots are over. */
export const CAMPAIGN_HORIZON_MS = 2_000;
/** The transactional priority may always book behind the campaigns: that is what guarantees its reserved share. */
const TRANSACTIONAL_AHEAD_MS = 1_000;
/** Spare slots lie within this of the earliest: further ahead others wait for them. */
const SPARE_WITHIN_MS = 100;
/** What the priority may take of its reserved share at once. */
const RESERVED_BURST_MS = 1_000;
/** Campaigns are active while one asked within this. */
export const ACTIVE_MS = 2_000;

/** Plans a grant on the state as it was seen, or says when to ask again. */
export function decide(state: LimiterState, ask: Ask): Decision {
  const { spacing } = state;
  const first = Math.max(state.next, ask.earliest);
  const latest = Math.min(ask.until, ask.now + horizonOf(ask.priority, spacing));
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

/** Whether slots are booked further ahead than anybody books: then they are of a clock that was set back since. */
export const isBookedTooFar = ({ next, spacing }: LimiterState, now: number): boolean =>
  next > now + horizonOf('transactional', spacing) + spacing + CLOCK_MARGIN_MS;

/** Whether the attempt's condition holds in this state. */
export function holds(attempt: Attempt, state: LimiterState): boolean {
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
export function applied(attempt: Attempt, state: LimiterState): LimiterState {
  const step = attempt.n * attempt.spacing;
  return {
    ...state,
    next: (attempt.kind === 'extend' ? state.next : attempt.earliest) + step,
    ...(attempt.reservedShare && { reservedNext: attempt.reservedShare.to }),
    ...(attempt.priority === 'campaign' && { campaignAt: attempt.now }),
  };
}

/** The slots that the attempt was given, from the `next` after it. */
export const slotsOf = ({ n, spacing }: Attempt, nextAfter: number): number[] =>
  Array.from({ length: n }, (_, i) => nextAfter - (n - i) * spacing);

const horizonOf = (priority: Priority, spacing: number) =>
  CAMPAIGN_HORIZON_MS + (priority === 'transactional' ? Math.max(TRANSACTIONAL_AHEAD_MS, 2 * spacing) : 0);

function reservedLeft({ reservedNext, spacing }: LimiterState, now: number): number {
  return Math.floor((now + RESERVED_BURST_MS - Math.max(reservedNext, now)) / reservedSpacingOf(spacing)) + 1;
}

/** When all that was asked for may fit, but not so late that slots in between would stay free. */
function retryAt(state: LimiterState, ask: Ask, latest: number, inReserved: number): number {
  const { now } = ask;
  const wait =
    inReserved < 1
      ? state.reservedNext - RESERVED_BURST_MS - now
      : state.next - latest + Math.min((ask.n - 1) * state.spacing, CAMPAIGN_HORIZON_MS / 4);
  return now + Math.max(wait, state.spacing, 5);
}
