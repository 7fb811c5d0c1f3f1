/** The longest delay of a send after its slot, unless its limiter has another tolerance. A later send reserves a new slot. */
export const SLOT_TOLERANCE_MS = 20;

/** Slots are this much further apart than the rate asks for, to allow for two clocks and the network. */
const SLACK = 0.005;

/** The reserved share of transactional mail is one part in so many of the rate, and at least one email a second. */
const RESERVED_PART = 10;
const RESERVED_MIN_SPACING_MS = 1_000;

/** DynamoDB adds decimals exactly. With four decimal places the sums stay exact in a double. */
const round = (ms: number) => Math.ceil(ms * 10_000) / 10_000;

/**
 * From this many a second on, so large a part of the rate may be under way after its slot and the tolerance, and the slots are as much further
 * apart. A process that has 25 slots within a few milliseconds cannot meet them all, and asking for others would cost it more than the sends.
 */
const LATE = { perSecond: 2_000, part: 0.005 };

/** Lower rates have wider spacings, so one of at most this allows for late rows. */
const LARGEST_FOR_LATE_MS = (1000 / LATE.perSecond) * (1 + SLACK);

/** Milliseconds between two slots at this many a second. */
export const spacingOf = (perSecond: number): number =>
  round((1000 / perSecond) * (1 + SLACK + (perSecond >= LATE.perSecond ? LATE.part : 0)));

/**
 * How many rows each of so many processes may have under way when it sends one of them late, however late. A window of a second has its own
 * slots, those of the tolerance before it, and at most these.
 */
export const lateRowsOf = (spacing: number, processes: number): number =>
  spacing <= LARGEST_FOR_LATE_MS ? Math.floor((LATE.part * 1000) / spacing / processes) : 0;

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
