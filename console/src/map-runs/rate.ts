/** How many had ended at a moment (milliseconds). */
export interface Sample {
  readonly at: number;
  readonly ended: number;
}

/** The present rate is taken over this span: long enough to be calm, short enough to be present. */
export const WINDOW_MS = 10_000;

/** Adds a sample and forgets what is too old; counts that went back (a redrive) start anew. */
export function addSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1);
  if (last !== undefined && sample.ended < last.ended) return [sample];
  // One sample older than the window stays, so that the window is covered whole.
  const firstKept = samples.findLastIndex((each) => each.at <= sample.at - WINDOW_MS);
  return [...samples.slice(Math.max(0, firstKept)), sample];
}

/** Ends per second over the samples; undefined until two of them are a second apart. */
export function rateOf(samples: readonly Sample[]): number | undefined {
  const first = samples.at(0);
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.at - first.at < 1000) return undefined;
  return ((last.ended - first.ended) * 1000) / (last.at - first.at);
}
