import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

/** The threads of a process share by how many milliseconds their time is ahead of the wall clock. */
const AHEAD = 'local-aws: milliseconds ahead of the wall clock';

/**
 * Time that follows the wall clock forward and never goes back. When the wall clock is set back, it goes on by the monotonic clock.
 * `ahead` holds by how much it is ahead of the wall clock.
 */
export function steadyTime(wall: () => number, monotonic: () => number, ahead: Float64Array): () => number {
  let last = wall() + (ahead[0] ?? 0);
  let readAt = monotonic();
  return () => {
    const at = monotonic();
    const set = wall();
    last = Math.max(set, last + at - readAt);
    readAt = at;
    ahead[0] = last - set;
    return last;
  };
}

/**
 * Keeps `Date` steady in this process and in the threads that it starts. The clocks of AWS are never set back. On one machine they are, by
 * hand or after a suspend, and then every timer, queue delay and lease, those of packages included, would stand still until the clock has
 * caught up. Only for a process that runs nothing but the stack.
 */
export function keepTimeSteady(): void {
  const ahead = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
  setEnvironmentData(AHEAD, ahead);
  replaceDate(ahead);
}

/** The same in a thread, where the process does so. */
export function keepThreadTimeSteady(): void {
  const ahead = getEnvironmentData(AHEAD);
  if (ahead instanceof SharedArrayBuffer) replaceDate(ahead);
}

function replaceDate(ahead: SharedArrayBuffer): void {
  const { now: wall } = Date;
  const time = steadyTime(wall, () => performance.now(), new Float64Array(ahead));
  const now = () => Math.floor(time());
  globalThis.Date = new Proxy(Date, {
    construct: (date, args, target) => Reflect.construct(date, args.length > 0 ? args : [now()], target),
    apply: (date) => new date(now()).toString(),
  });
  Date.now = now;
}
