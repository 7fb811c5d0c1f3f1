/** The number of items that are done at a time (milliseconds). */
export interface Sample {
  readonly at: number;
  readonly done: number;
}

/** The rate is averaged over this time. Over less it flickers, over more it is not current. */
export const WINDOW_MS = 10_000;

/** Adds a sample and drops old ones. When the count decreased, because of a redrive, all older samples are dropped. */
export function addSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1);
  if (last !== undefined && sample.done < last.done) return [sample];
  // Keeps one sample older than the window, so that the samples cover the whole window.
  const firstKept = samples.findLastIndex((each) => each.at <= sample.at - WINDOW_MS);
  return [...samples.slice(Math.max(0, firstKept)), sample];
}

/** Done items per second. Undefined until two samples are a second apart. */
export function rateOf(samples: readonly Sample[]): number | undefined {
  const first = samples.at(0);
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.at - first.at < 1000) return undefined;
  return ((last.done - first.done) * 1000) / (last.at - first.at);
}
