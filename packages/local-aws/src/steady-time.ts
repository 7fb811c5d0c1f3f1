import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

/** The threads of a process share by how many milliseconds their time is ahead of the wall clock. */
const AHEAD = 'local-aws: milliseconds ahead of the wall clock';

/** Milliseconds since the epoch, from now on at least `least`. */
type SteadyTime = (least?: number) => number;

/**
 * Time that follows the wall clock forward and never goes back. When the wall clock is set back, it goes on by the monotonic clock.
 * `ahead` holds by how much it is ahead of the wall clock.
 */
export function steadyTime(wall: () => number, monotonic: () => number, ahead: Float64Array): SteadyTime {
  let last = wall() + (ahead[0] ?? 0);
  let readAt = monotonic();
  return (least = 0) => {
    const at = monotonic();
    const set = wall();
    last = Math.max(set, last + at - readAt, least);
    readAt = at;
    ahead[0] = last - set;
    return last;
  };
}

/** The time of this process, if it keeps it steady. */
let processTime: SteadyTime | undefined;

/**
 * Keeps `Date` steady in this process and in the threads that it starts. The clocks of AWS are never set back. On one machine they are, by
 * hand or after a suspend, and then every timer, queue delay and lease, those of packages included, would stand still until the clock has
 * caught up. Only for a process that runs nothing but the stack.
 */
export function keepTimeSteady(): void {
  const ahead = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
  setEnvironmentData(AHEAD, ahead);
  processTime = replaceDate(ahead);
}

/** The same in a thread, where the process does so. */
export function keepThreadTimeSteady(): void {
  const ahead = getEnvironmentData(AHEAD);
  if (ahead instanceof SharedArrayBuffer) replaceDate(ahead);
}

/** A process that is killed repeats at most this much of its time, which is less than a start takes. */
const WRITE_EVERY_MS = 500;
/** A clock that is corrected by less is normal. */
const NOTICED_MS = 60_000;

/**
 * Continues the time of the last process that used this data folder, and notes the time of this one for the next. What is stored has times
 * that would otherwise lie in the future when the wall clock was set back between the two. For a process that keeps its time steady, before
 * it starts threads. Returns what ends it.
 */
export function continueTime(dataDir: string, onNotice: (text: string) => void): () => void {
  if (!processTime) return () => undefined;
  const time = processTime;
  const path = join(dataDir, 'time');
  const file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  const wall = time();
  const aheadMs = time(noted(readFileSync(file, 'utf8'))) - wall;
  if (aheadMs > NOTICED_MS) {
    onNotice(
      `The clock of this machine is ${Math.round(aheadMs / 1000)} s behind the last run. The stack goes on with the time of that run ` +
        `until the clock has caught up. If the clock was wrong then, remove ${path} before the next start.`,
    );
  }
  // The length stays the same, so the file is never half written, and a full disk has space for it.
  const write = () => writeSync(file, String(Math.floor(time())).padStart(DIGITS, '0'), 0);
  write();
  const timer = setInterval(() => {
    try {
      write();
    } catch (error) {
      clearInterval(timer);
      onNotice(
        `The time is no longer noted for the next start: ${path}: ${error instanceof Error ? error.message : error}`,
      );
    }
  }, WRITE_EVERY_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    write();
    closeSync(file);
  };
}

/** Digits of the latest time that `Date` knows. */
const DIGITS = 16;

/** A file that was just made, or lost its content in a power failure, says nothing. */
const noted = (text: string): number => (/^\d{16}$/.test(text) ? Number(text) : 0);

function replaceDate(ahead: SharedArrayBuffer): SteadyTime {
  const { now: wall } = Date;
  const time = steadyTime(wall, () => performance.now(), new Float64Array(ahead));
  const now = () => Math.floor(time());
  globalThis.Date = new Proxy(Date, {
    construct: (date, args, target) => Reflect.construct(date, args.length > 0 ? args : [now()], target),
    apply: (date) => new date(now()).toString(),
  });
  Date.now = now;
  return time;
}
