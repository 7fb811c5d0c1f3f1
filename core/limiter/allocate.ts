import { laneSpacingOf } from './spacing.ts';

/**
 * The limiter's arithmetic: GCRA by exact spacing. Slots are handed out one after the other, `spacing` apart; `next` is the
 * first that is free. Every grant is an attempt with a condition, so that it may be planned on a state that is old by
 * the time it is made: then the condition fails and it is planned again. Extending needs no exact state, so workers that ask
 * at once do not refuse each other.
 */
export type LimiterLane = 'campaign' | 'transactional';

export interface LimiterState {
  /** The first free slot; milliseconds since the epoch, with fractions. */
  next: number;
  spacing: number;
  /** Where the transactional lane's own tenth goes on. */
  laneNext: number;
  /** When a campaign last asked. */
  campaignAt: number;
}

export interface Ask {
  lane: LimiterLane;
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
  lane: LimiterLane;
  now: number;
  /** Holds only while the spacing is this one. */
  spacing: number;
  /** `extend`: the slots follow those before. `restart`: nobody asked for a while, they begin at `earliest`. */
  kind: 'extend' | 'restart';
  earliest: number;
  /** `extend` holds only while `next` is at most this: nobody books further ahead. */
  latestNext: number;
  /** The transactional lane while campaigns ask: its own tenth, moved from exactly here. */
  tenth?: { from: number; to: number };
  /** The transactional lane alone: holds only while no campaign has asked since. */
  noCampaignSince?: number;
}

export type Decision = { attempt: Attempt } | { retryAt: number };

/** Campaigns book at most this far ahead: a stop takes effect, and a new rate, when these slots are over. */
export const CAMPAIGN_HORIZON_MS = 2_000;
/** The transactional lane may always book behind the campaigns: that is what guarantees its tenth. */
const LANE_AHEAD_MS = 1_000;
/** Spare slots lie within this of the earliest: further ahead others wait for them. */
const SPARE_WITHIN_MS = 100;
/** What the lane may take of its tenth at once. */
const LANE_BURST_MS = 1_000;
/** Campaigns are active while one asked within this. */
export const ACTIVE_MS = 2_000;

/** Plans a grant on the state as it was seen, or says when to ask again. */
export function decide(state: LimiterState, ask: Ask): Decision {
  const { spacing } = state;
  const first = Math.max(state.next, ask.earliest);
  const latest = Math.min(ask.until, ask.now + horizonOf(ask.lane, spacing));
  const tenth = ask.lane === 'transactional' && ask.now - state.campaignAt < ACTIVE_MS;
  const fitting = Math.floor((latest - first) / spacing) + 1;
  const inTenth = tenth ? tenthLeft(state, ask.now) : Number.POSITIVE_INFINITY;
  const near = Math.floor((ask.earliest + SPARE_WITHIN_MS - first) / spacing) + 1;
  const wanted = Math.max(ask.n, Math.min(ask.n + (ask.spare ?? 0), near));
  const n = Math.min(wanted, fitting, inTenth);
  if (n < 1) return { retryAt: retryAt(state, ask, latest, inTenth) };
  const laneSpacing = laneSpacingOf(spacing);
  return {
    attempt: {
      n,
      lane: ask.lane,
      now: ask.now,
      spacing,
      kind: state.next > ask.earliest ? 'extend' : 'restart',
      earliest: ask.earliest,
      latestNext: Math.min(latest, n > ask.n ? ask.earliest + SPARE_WITHIN_MS : latest) - (n - 1) * spacing,
      ...(tenth && { tenth: { from: state.laneNext, to: Math.max(state.laneNext, ask.now) + n * laneSpacing } }),
      ...(ask.lane === 'transactional' && !tenth && { noCampaignSince: ask.now - ACTIVE_MS }),
    },
  };
}

/** Whether the attempt's condition holds in this state. */
export function holds(attempt: Attempt, state: LimiterState): boolean {
  return (
    state.spacing === attempt.spacing &&
    (attempt.kind === 'extend'
      ? state.next > attempt.earliest && state.next <= attempt.latestNext
      : state.next <= attempt.earliest) &&
    (!attempt.tenth || state.laneNext === attempt.tenth.from) &&
    (attempt.noCampaignSince === undefined || state.campaignAt <= attempt.noCampaignSince)
  );
}

/** The state after the attempt. */
export function applied(attempt: Attempt, state: LimiterState): LimiterState {
  const step = attempt.n * attempt.spacing;
  return {
    ...state,
    next: (attempt.kind === 'extend' ? state.next : attempt.earliest) + step,
    ...(attempt.tenth && { laneNext: attempt.tenth.to }),
    ...(attempt.lane === 'campaign' && { campaignAt: attempt.now }),
  };
}

/** The slots that the attempt was given, from the `next` after it. */
export const slotsOf = ({ n, spacing }: Attempt, nextAfter: number): number[] =>
  Array.from({ length: n }, (_, i) => nextAfter - (n - i) * spacing);

const horizonOf = (lane: LimiterLane, spacing: number) =>
  CAMPAIGN_HORIZON_MS + (lane === 'transactional' ? Math.max(LANE_AHEAD_MS, 2 * spacing) : 0);

function tenthLeft({ laneNext, spacing }: LimiterState, now: number): number {
  return Math.floor((now + LANE_BURST_MS - Math.max(laneNext, now)) / laneSpacingOf(spacing)) + 1;
}

/** When all that was asked for may fit, but not so late that slots in between would stay free. */
function retryAt(state: LimiterState, ask: Ask, latest: number, inTenth: number): number {
  const { now } = ask;
  const wait =
    inTenth < 1
      ? state.laneNext - LANE_BURST_MS - now
      : state.next - latest + Math.min((ask.n - 1) * state.spacing, CAMPAIGN_HORIZON_MS / 4);
  return now + Math.max(wait, state.spacing, 5);
}
