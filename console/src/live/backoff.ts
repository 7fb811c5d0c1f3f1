/** Longest pause between two polls while the endpoint fails, in milliseconds. */
export const MAX_PAUSE_MS = 30_000;

/** Longest pause before a throttled call is repeated, in milliseconds. */
export const MAX_THROTTLED_MS = 8_000;

/** The pause before a throttled call is repeated. It is random, so that the tabs of a browser do not come back together. */
export function pauseAfterThrottling(failures: number, random: () => number = Math.random): number {
  return random() * Math.min(MAX_THROTTLED_MS, 500 * 2 ** failures);
}

/** The pause before the next poll: the usual interval, doubled for each failure in a row. */
export function pauseAfter(intervalMs: number, failures: number): number {
  return failures === 0 ? intervalMs : Math.min(MAX_PAUSE_MS, intervalMs * 2 ** failures);
}
