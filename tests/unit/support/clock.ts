import type { Clock } from '../../../core/clock.ts';

/** A clock that nobody waits for. A test moves it and, unless it is manual, it moves itself when all code under test sleeps. */
export interface SimulatedClock extends Clock {
  /** Moves the time forward and wakes the sleeps that are over. */
  move(ms: number): void;
  /** Sleeps until the condition holds, at most for ten minutes. */
  until(condition: () => boolean | Promise<boolean>): Promise<void>;
  /** Stops the time until the call has ended. For real input and output, which would look like sleep. */
  pauseFor<T>(call: Promise<T>): Promise<T>;
}

/** After a call or a sleep, the code under test continues in microtasks, or after one `setImmediate`. The other turns are a margin. */
const QUIET_TURNS = 3;
const UNTIL_MS = 10 * 60_000;

/**
 * A clock that starts at 2026-11-22T10:00:00Z. It jumps to the end of the next sleep when no call of `pauseFor` is in progress and the
 * event loop is idle. So a busy machine makes a test slower and changes nothing else. A manual clock never moves itself. It is for code
 * that waits for sockets, which the clock does not see.
 */
export function simulatedClock({ manual = false } = {}): SimulatedClock {
  let now = Date.parse('2026-11-22T10:00:00.000Z');
  const sleepers = new Set<{ until: number; wake(): void }>();
  let calls = 0;
  let noCall = Promise.withResolvers<void>();
  let advancing = false;

  function moveTo(time: number) {
    now = time;
    const over = [...sleepers].filter(({ until }) => until <= now).sort((one, other) => one.until - other.until);
    for (const sleeper of over) {
      sleepers.delete(sleeper);
      sleeper.wake();
    }
  }

  async function quiet() {
    for (let turns = 0; turns < QUIET_TURNS; ) {
      if (calls > 0) await noCall.promise;
      await new Promise((resolve) => setImmediate(resolve));
      turns = calls > 0 ? 0 : turns + 1;
    }
  }

  async function advance() {
    if (manual || advancing) return;
    advancing = true;
    while (sleepers.size > 0) {
      await quiet();
      if (sleepers.size > 0) moveTo(Math.max(now, Math.min(...[...sleepers].map(({ until }) => until))));
    }
    advancing = false;
  }

  const clock: SimulatedClock = {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const sleeper = {
          until: Math.ceil(now + Math.max(0, ms)),
          wake() {
            signal?.removeEventListener('abort', abort);
            resolve();
          },
        };
        const abort = () => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', abort, { once: true });
        sleepers.add(sleeper);
        void advance();
      }),
    move: (ms) => moveTo(now + ms),
    async until(condition) {
      for (const limit = now + UNTIL_MS; !(await condition()); await clock.sleep(5)) {
        if (now > limit) throw new Error('The condition did not come true within ten simulated minutes');
      }
    },
    async pauseFor(call) {
      calls += 1;
      try {
        return await call;
      } finally {
        calls -= 1;
        if (calls === 0) {
          noCall.resolve();
          noCall = Promise.withResolvers();
        }
      }
    },
  };
  return clock;
}
