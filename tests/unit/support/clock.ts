import type { Clock } from '../../../core/clock.ts';

/** Time that passes without waiting: it moves when a test moves it or, unless it is manual, when all code under test waits for it. */
export interface SimulatedClock extends Clock {
  /** Moves the time forward and wakes the sleeps that are over. */
  move(ms: number): void;
  /** Sleeps until the condition holds, at most for ten minutes. */
  until(condition: () => boolean | Promise<boolean>): Promise<void>;
  /** Stops the time until the call has ended: it does real input or output, which must not look like waiting. */
  pauseFor<T>(call: Promise<T>): Promise<T>;
}

/** What follows a call or a sleep runs in microtasks, and at most one `setImmediate` deep. One more turn of the event loop is margin. */
const QUIET_TURNS = 3;
const UNTIL_MS = 10 * 60_000;

/**
 * A clock that starts at 2026-11-22T10:00:00Z. It jumps to the next end of a sleep as soon as no call of `pauseFor` is under way and
 * the event loop has nothing else to run. So a busy machine changes how long a test takes and nothing else. With `manual` it never moves
 * by itself: for code that waits for sockets, which the clock cannot see.
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
