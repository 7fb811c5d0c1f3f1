import { type Clock, startTimer, systemClock } from '../../core/clock.ts';

/**
 * A signal that aborts after `ms` milliseconds, or as soon as `parent` does. `AbortSignal.any` with `AbortSignal.timeout` does not do for
 * signals that are only polled: Node 24.16 to 26 may collect the timeout as garbage, and the composite signal never aborts.
 * https://github.com/nodejs/node/issues/65995
 */
export function timeLimit(ms: number, parent?: AbortSignal, clock: Clock = systemClock): AbortSignal {
  const limit = new AbortController();
  const end = () => {
    cancel();
    parent?.removeEventListener('abort', end);
    limit.abort();
  };
  const cancel = startTimer(clock, ms, end);
  parent?.addEventListener('abort', end, { once: true });
  if (parent?.aborted) end();
  return limit.signal;
}

/** Resolves once the signal is aborted. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
