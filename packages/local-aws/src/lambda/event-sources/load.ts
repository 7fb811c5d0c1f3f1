import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Timers are looked at this often; it is also what the mean shows while nothing is late. */
const RESOLUTION_MS = 20;
/** Timers this late on average mean that the cores have more to do than they can: a further thread makes all slower. */
const LATE_MS = 40;
const WINDOW_MS = 1000;

/** Whether this machine keeps up, by how late timers fire. */
export function watchLoad(): { isOverloaded(): boolean } {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let overloaded = false;
  const timer = setInterval(() => {
    overloaded = delay.mean / 1e6 > RESOLUTION_MS + LATE_MS;
    delay.reset();
  }, WINDOW_MS);
  timer.unref();
  return { isOverloaded: () => overloaded };
}
