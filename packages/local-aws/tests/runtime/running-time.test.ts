import { afterRunning, type ProcessClock } from '../../src/lambda/instances/running-time.ts';

/** A process whose timers run during `run`. `stop` lets time pass while the process is stopped. */
function aProcess() {
  let now = 0;
  let timer: { at: number; callback: () => void } | undefined;
  const clock: ProcessClock = {
    now: () => now,
    after(ms, callback) {
      timer = { at: now + ms, callback };
      return () => {
        timer = undefined;
      };
    },
  };
  return {
    clock,
    stop(ms: number) {
      now += ms;
    },
    run(ms: number) {
      const end = now + ms;
      while (timer && timer.at <= end) {
        const { at, callback } = timer;
        now = Math.max(now, at);
        timer = undefined;
        callback();
      }
      now = Math.max(now, end);
    },
  };
}

describe('the timeout of a function', () => {
  it('expires when the process has run that long', () => {
    const { clock, run } = aProcess();
    let over = 0;
    const count = () => {
      over += 1;
    };
    afterRunning(10_100, count, clock);
    run(10_099);
    expect(over).toBe(0);
    run(1);
    expect(over).toBe(1);
    run(60_000);
    expect(over).toBe(1);
  });

  it('does not count the time during which the process was stopped', () => {
    const { clock, run, stop } = aProcess();
    let over = 0;
    const count = () => {
      over += 1;
    };
    afterRunning(10_000, count, clock);
    run(3_000);
    stop(600_000);
    run(6_000);
    expect(over).toBe(0);
    run(1_000);
    expect(over).toBe(1);
  });

  it('does not expire after it was cancelled', () => {
    const { clock, run } = aProcess();
    let over = 0;
    const count = () => {
      over += 1;
    };
    const cancel = afterRunning(1_000, count, clock);
    run(600);
    cancel();
    run(1_000);
    expect(over).toBe(0);
  });
});
