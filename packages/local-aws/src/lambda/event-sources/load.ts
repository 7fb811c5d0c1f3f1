import { monitorEventLoopDelay } from 'node:perf_hooks';

/** The sampling interval, which is also the mean delay of an idle machine. */
const RESOLUTION_MS = 20;
/** If timers are this late on average, the cores are overloaded, and another thread makes everything slower. */
const LATE_MS = 40;
const WINDOW_MS = 1000;

/** Measures by the delay of timers whether the machine is overloaded. */
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
