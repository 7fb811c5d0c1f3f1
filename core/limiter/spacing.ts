/** The longest delay of a send after its slot, unless its limiter has another tolerance. A later send reserves a new slot. */
export const SLOT_TOLERANCE_MS = 20;

/** Slots are this much further apart than the rate asks for, to allow for two clocks and the network. */
const SLACK = 0.005;

/** The reserved share of transactional mail is one part in so many of the rate, and at least one email a second. */
const RESERVED_PART = 10;
const RESERVED_MIN_SPACING_MS = 1_000;

/** DynamoDB adds decimals exactly. With four decimal places the sums stay exact in a double. */
const round = (ms: number) => Math.ceil(ms * 10_000) / 10_000;

/** Milliseconds between two slots at this many a second. */
export const spacingOf = (perSecond: number): number => round((1000 / perSecond) * (1 + SLACK));

/**
 * Milliseconds between two slots such that no window of `ms` contains more than `max` calls, when each call is accepted at most
 * `jitterMs` after its slot. A closed window contains floor((ms + jitter) / spacing) + 1 of them.
 */
export const windowSpacingOf = ({ max, ms, jitterMs = SLOT_TOLERANCE_MS }: WindowLimit): number =>
  round(((ms + jitterMs) / max) * (1 + 1e-6));

/** A provider's limit for any window of time, such as 45 calls in 10 seconds. */
export interface WindowLimit {
  max: number;
  ms: number;
  jitterMs?: number;
}

/** Milliseconds between two reserved slots of transactional mail: a tenth of the rate, at least one a second, at most the whole rate. */
export const reservedSpacingOf = (spacing: number): number =>
  Math.max(spacing, Math.min(spacing * RESERVED_PART, RESERVED_MIN_SPACING_MS));
