/** Time as the product sees it. Tests replace it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms` milliseconds, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** ISO 8601 with milliseconds, UTC. */
export const isoNow = (clock: Clock): string => new Date(clock.now()).toISOString();

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort);
        resolve();
      }, ms);
      const abort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', abort, { once: true });
    }),
};

/** A timer that comes later than this was held up: the process was stopped, such as by SIGSTOP or on a laptop asleep. */
const HELD_UP_MS = 1_000;
/** What came in meanwhile, such as the answer that the timer limits, is read within this time. */
const READ_MS = 500;

/**
 * Calls back after `ms` milliseconds, unless the function that it returns is called before. On waking, Node runs timers before it reads
 * sockets: a timer that was held up waits for a moment more.
 */
export function startTimer(clock: Clock, ms: number, callback: () => void): () => void {
  const cancelled = new AbortController();
  const { signal } = cancelled;
  const wait = async () => {
    const due = clock.now() + ms;
    await clock.sleep(ms, signal);
    if (clock.now() - due > HELD_UP_MS) await clock.sleep(Math.min(ms, READ_MS), signal);
  };
  wait().then(callback, () => undefined);
  return () => cancelled.abort(CANCELLED);
}

/** Without a reason of its own, each abort makes an exception with a stack. Workers cancel several timers for each row. */
const CANCELLED = 'cancelled';

/** Makes a call with a signal that aborts after `ms` milliseconds. */
export async function withTimeout<T>(clock: Clock, ms: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const timeout = new AbortController();
  const cancel = startTimer(clock, ms, () =>
    timeout.abort(new DOMException(`No answer within ${ms} ms`, 'TimeoutError')),
  );
  try {
    return await call(timeout.signal);
  } finally {
    cancel();
  }
}
