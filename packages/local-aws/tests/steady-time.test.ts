import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { steadyTime } from '../src/steady-time.ts';

describe('steady time', () => {
  function clocks() {
    const at = { wall: 1_000_000, monotonic: 50 };
    const ahead = new Float64Array(1);
    const open = () =>
      steadyTime(
        () => at.wall,
        () => at.monotonic,
        ahead,
      );
    const pass = (ms: number) => {
      at.wall += ms;
      at.monotonic += ms;
    };
    return { at, open, pass };
  }

  it('continues when the wall clock is set back, and follows it again when it has caught up', () => {
    const { at, open, pass } = clocks();
    const now = open();
    pass(100);
    at.wall -= 600_000;
    expect(now()).toBe(1_000_100);
    pass(5_000);
    expect(now()).toBe(1_005_100);
    at.wall += 700_000;
    expect(now()).toBe(1_105_100);
  });

  it('follows the wall clock over a suspend, during which the monotonic clock stands still', () => {
    const { at, open } = clocks();
    const now = open();
    at.wall += 3_600_000;
    expect(now()).toBe(4_600_000);
  });

  it('is the same in a thread that starts after the wall clock was set back', () => {
    const { at, open, pass } = clocks();
    const now = open();
    at.wall -= 600_000;
    expect(now()).toBe(1_000_000);
    const later = open();
    pass(10);
    expect(later()).toBe(now());
  });
});

/** Runs in a thread, because the `Date` of the test must not change. Its `Date.now` is the wall clock. */
const inThread = (body: string) => `(async () => {
  const { Worker, parentPort } = require('node:worker_threads');
  const { keepTimeSteady, keepThreadTimeSteady } = await import(MODULE);
  ${body}
})()`;
const THREAD = inThread(`
  keepThreadTimeSteady();
  parentPort.postMessage({ now: Date.now(), made: +new Date(), given: +new Date(5), isDate: new Date() instanceof Date });
`);
const PROCESS = inThread(`
  const wall = Date.now;
  let back = 0;
  Date.now = () => wall() - back;
  keepTimeSteady();
  const before = Date.now();
  back = 600_000;
  const after = Date.now();
  new Worker(THREAD, { eval: true }).on('message', (thread) => parentPort.postMessage({ before, after, thread }));
`);

it('is used by Date in the process and in its threads', async () => {
  const module = JSON.stringify(String(new URL('../src/steady-time.ts', import.meta.url)));
  const thread = JSON.stringify(THREAD.replace('MODULE', module));
  const worker = new Worker(
    PROCESS.replace('MODULE', module).replace('THREAD', () => thread),
    { eval: true },
  );
  const [told] = await once(worker, 'message');
  await worker.terminate();
  expect(told.after).toBeGreaterThanOrEqual(told.before);
  expect(told.thread).toEqual({ now: expect.any(Number), made: expect.any(Number), given: 5, isDate: true });
  // The thread's own Date.now is the machine's, ten minutes on from the process's: it is as far ahead of that.
  expect(told.thread.now).toBeGreaterThan(told.before + 590_000);
});
