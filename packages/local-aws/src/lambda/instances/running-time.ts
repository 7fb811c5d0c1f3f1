/** Time and timers of the process; tests put their own in place of them. */
export interface ProcessClock {
  /** Milliseconds that never go back. */
  now(): number;
  /** Calls back after `ms` milliseconds, unless the returned function is called first. */
  after(ms: number, callback: () => void): () => void;
}

const processClock: ProcessClock = {
  now: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

const TICK_MS = 250;
/** A tick that comes later than this was held up: by SIGSTOP, a laptop asleep, or a machine with no time for the process. */
const MAX_TICK_MS = 2 * TICK_MS;

/**
 * Calls back after the process has run for `ms` milliseconds, unless the returned function is called first. Lambda does not stop a function
 * in the middle of an invocation. Without this a function would be ended on waking, and could not release what it holds.
 */
export function afterRunning(ms: number, callback: () => void, clock = processClock): () => void {
  let left = ms;
  let cancel: () => void = () => undefined;
  const wait = () => {
    const since = clock.now();
    cancel = clock.after(Math.min(left, TICK_MS), () => {
      left -= Math.min(clock.now() - since, MAX_TICK_MS);
      if (left > 0) wait();
      else callback();
    });
  };
  wait();
  return () => cancel();
}
