import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

  it('goes on from a later time that it is given', () => {
    const { at, open, pass } = clocks();
    const now = open();
    expect(now(1_600_000)).toBe(1_600_000);
    pass(10);
    expect(now(5)).toBe(1_600_010);
    expect(open()()).toBe(1_600_010);
    at.wall += 600_000;
    expect(now()).toBe(1_600_010);
    pass(10);
    expect(now()).toBe(1_600_020);
  });
});

/** Runs in a thread, because the `Date` of the test must not change. Its `Date.now` is the wall clock. */
const inThread = (body: string) => `(async () => {
  const { Worker, parentPort } = require('node:worker_threads');
  const { keepTimeSteady, keepThreadTimeSteady, continueTime } = await import(MODULE);
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

/** A run of the stack whose wall clock is `BACK` milliseconds behind this one's. */
const RUN = inThread(`
  const wall = Date.now;
  Date.now = () => wall() - BACK;
  keepTimeSteady();
  const notices = [];
  const end = continueTime(DIR, (text) => notices.push(text));
  const from = Date.now();
  if (ENDS) end();
  new Worker(THREAD, { eval: true }).on('message', (thread) => parentPort.postMessage({ from, notices, thread }));
`);
const MODULE = JSON.stringify(String(new URL('../src/steady-time.ts', import.meta.url)));

/** The time is noted this often. */
const REPEATED_AFTER_KILL_MS = 500;

describe('the time of a data folder', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'steady-time-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));

  /** Starts the stack on a machine whose clock is behind, and ends it or kills it. */
  async function run(backMs: number, { killed = false } = {}) {
    const thread = THREAD.replace('MODULE', MODULE);
    const body = RUN.replace('MODULE', MODULE)
      .replace('BACK', String(backMs))
      .replace('DIR', JSON.stringify(dataDir))
      .replace('ENDS', String(!killed))
      .replace('THREAD', () => JSON.stringify(thread));
    const worker = new Worker(body, { eval: true });
    const [told] = await once(worker, 'message');
    await worker.terminate();
    return told as { from: number; notices: string[]; thread: { now: number } };
  }

  it.each([false, true])('goes on when the wall clock was set back between two runs (killed: %s)', async (killed) => {
    const first = await run(0, { killed });
    expect(first.notices).toEqual([]);
    const second = await run(600_000);
    expect(second.from).toBeGreaterThanOrEqual(first.from - (killed ? REPEATED_AFTER_KILL_MS : 0));
    expect(second.from).toBeLessThan(first.from + 300_000);
    // The thread's own wall clock is the machine's: it is ten minutes further, and as far ahead of that.
    expect(second.thread.now).toBeGreaterThan(second.from + 590_000);
    expect(second.notices).toEqual([expect.stringMatching(/ behind the last run\..* remove .*time /)]);
    expect((await run(600_000)).from).toBeGreaterThanOrEqual(second.from);
  });

  it('is the wall clock again once that has caught up, and where the file says nothing', async () => {
    await run(600_000);
    const caughtUp = await run(0);
    expect(caughtUp.from).toBeGreaterThan(Date.now() - 300_000);
    expect(caughtUp.notices).toEqual([]);

    writeFileSync(join(dataDir, 'time'), '');
    const { from, notices } = await run(600_000);
    expect(from).toBeLessThan(caughtUp.from - 300_000);
    expect(notices).toEqual([]);
  });
});

it('is used by Date in the process and in its threads', async () => {
  const thread = JSON.stringify(THREAD.replace('MODULE', MODULE));
  const worker = new Worker(
    PROCESS.replace('MODULE', MODULE).replace('THREAD', () => thread),
    { eval: true },
  );
  const [told] = await once(worker, 'message');
  await worker.terminate();
  expect(told.after).toBeGreaterThanOrEqual(told.before);
  expect(told.thread).toEqual({ now: expect.any(Number), made: expect.any(Number), given: 5, isDate: true });
  // The thread's own Date.now is the machine's, ten minutes on from the process's: it is as far ahead of that.
  expect(told.thread.now).toBeGreaterThan(told.before + 590_000);
});
