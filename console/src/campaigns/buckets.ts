type Minute = { readonly minute: string; readonly sent: number; readonly error: number };

/** A chart has at most so many bars: more cannot be told apart on a phone. */
const MAX_BUCKETS = 48;
/** Fewer would be as wide as the page. */
const MIN_BUCKETS = 8;
const MINUTE_MS = 60_000;

/**
 * The minutes of a campaign as bars of equal length, those without an email included. Each bar has the emails per minute on
 * average, so that it can be compared with a rate.
 * @returns the minutes of one bar, and the bars
 */
export function bucketsOf(perMinute: readonly Minute[]): { minutes: number; buckets: Minute[] } {
  const times = perMinute.map(({ minute }) => Date.parse(minute));
  const first = Math.min(...times);
  const count = times.length === 0 ? 0 : (Math.max(...times) - first) / MINUTE_MS + 1;
  const minutes = Math.max(1, Math.ceil(count / MAX_BUCKETS));
  const buckets = Array.from(
    { length: count === 0 ? 0 : Math.max(MIN_BUCKETS, Math.ceil(count / minutes)) },
    (_, index) => ({
      minute: new Date(first + index * minutes * MINUTE_MS).toISOString(),
      sent: 0,
      error: 0,
    }),
  );
  for (const { minute, sent, error } of perMinute) {
    const bucket = buckets[Math.floor((Date.parse(minute) - first) / MINUTE_MS / minutes)];
    if (bucket === undefined) continue;
    bucket.sent += sent / minutes;
    bucket.error += error / minutes;
  }
  return { minutes, buckets };
}
