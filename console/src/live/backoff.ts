/** Longest pause between two polls while the endpoint fails, in milliseconds. */
export const MAX_PAUSE_MS = 30_000;

/** The pause before the next poll: the usual interval, doubled for each failure in a row. */
export function pauseAfter(intervalMs: number, failures: number): number {
  return failures === 0 ? intervalMs : Math.min(MAX_PAUSE_MS, intervalMs * 2 ** failures);
}
