/** The time of the engine. Tests replace it. */
export interface EngineClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back after `ms` milliseconds, unless the returned function is called first. */
  after(ms: number, callback: () => void): () => void;
}

/** setTimeout takes at most 2^31-1 ms. A longer wait is continued when this one ends. */
const MAX_TIMER_MS = 2_000_000_000;

export const systemClock: EngineClock = {
  now: () => Date.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, Math.min(ms, MAX_TIMER_MS));
    return () => clearTimeout(timer);
  },
};
