/** A row is on its way for about this long: queued, reserved a slot, sent, its token answered. */
const SECONDS_ON_THE_WAY = 5;
const LEAST = 10;
const MOST = 1000;

/**
 * How many rows of a campaign may be on their way at once, from the send rate per second. Little's law: the rate times the time a row takes
 * keeps the workers busy; more would only wait in the queue, grow old there, and be in the way of a stop. At least 10, so that a
 * rate of 1 fills its slots; at most 1,000, far below the 10,000 of a Map Run.
 */
export const concurrencyFor = (ratePerSecond: number): number =>
  Math.min(MOST, Math.max(LEAST, Math.ceil(ratePerSecond * SECONDS_ON_THE_WAY)));
