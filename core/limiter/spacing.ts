/** A send leaves at most this long after its slot, where its limiter says nothing else; later it takes a new one. */
export const SLOT_TOLERANCE_MS = 20;

/** Slots lie this much further apart than the rate asks for: what two clocks and a network may differ by. */
const SLACK = 0.005;

/** Transactional mail's part of the rate, and the least of it per second. */
const RESERVED_PART = 10;
const RESERVED_MIN_SPACING_MS = 1_000;

/** DynamoDB adds decimals exactly; four places keep sums within what a double shows. */
const round = (ms: number) => Math.ceil(ms * 10_000) / 10_000;

/** Milliseconds between two slots at this many a second. */
export const spacingOf = (perSecond: number): number => round((1000 / perSecond) * (1 + SLACK));

/**
 * Milliseconds between two slots such that no window of `ms` ever holds more than `max`, if each call is accepted at most
 * `jitterMs` after its slot: a closed window holds floor((ms + jitter) / spacing) + 1 of them.
 */
export const windowSpacingOf = ({ max, ms, jitterMs = SLOT_TOLERANCE_MS }: WindowLimit): number =>
  round(((ms + jitterMs) / max) * (1 + 1e-6));

/** A provider's own limit, such as 45 calls in any 10 seconds. */
export interface WindowLimit {
  max: number;
  ms: number;
  jitterMs?: number;
}

/** The transactional priority's own spacing: a tenth of the rate, at least one a second, never more than the whole. */
export const reservedSpacingOf = (spacing: number): number =>
  Math.max(spacing, Math.min(spacing * RESERVED_PART, RESERVED_MIN_SPACING_MS));
