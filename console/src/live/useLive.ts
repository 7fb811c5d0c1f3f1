import { useCallback, useEffect, useRef, useState } from 'react';
import { isMissing } from '../api/call.ts';
import { pauseAfter } from './backoff.ts';

export interface Live<T> {
  readonly data: T | undefined;
  /** The error of the newest poll. `data` is then the last good answer. */
  readonly error: Error | undefined;
  readonly loading: boolean;
  /** Polls immediately. */
  readonly refresh: () => void;
}

interface Result<T> {
  readonly key: string;
  readonly data?: T;
  readonly error?: Error;
}

/**
 * Polls `load` while the page is visible and keeps the last good answer. It stops when what is polled does not exist.
 * @param key identifies what is polled; another key drops the old answer, undefined stops polling
 * @param load gets the previous answer; the newest version of the function is always used
 * @param interval milliseconds between an answer and the next poll
 */
export function useLive<T>(
  key: string | undefined,
  load: (signal: AbortSignal, previous: T | undefined) => Promise<T>,
  interval: number | ((data: T | undefined) => number),
): Live<T> {
  const [result, setResult] = useState<Result<T>>();
  const [round, setRound] = useState(0);
  const latest = useRef({ load, interval });
  latest.current = { load, interval };
  const known = useRef<Result<T>>(undefined);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round polls immediately
  useEffect(() => {
    if (key === undefined) return;
    const stop = new AbortController();
    let timer: number | undefined;
    let failures = 0;
    let busy = false;
    let due = false;

    const poll = async () => {
      due = document.hidden;
      if (busy || due) return;
      busy = true;
      const previous = known.current?.key === key ? known.current.data : undefined;
      let next: Result<T>;
      try {
        next = { key, data: await latest.current.load(stop.signal, previous) };
        failures = 0;
      } catch (cause) {
        if (stop.signal.aborted) return;
        failures += 1;
        const error = cause instanceof Error ? cause : new Error(String(cause));
        next = { key, error, ...(previous !== undefined && { data: previous }) };
      }
      busy = false;
      if (stop.signal.aborted) return;
      known.current = next;
      setResult(next);
      if (isMissing(next.error)) return;
      const usual = latest.current.interval;
      timer = window.setTimeout(poll, pauseAfter(typeof usual === 'number' ? usual : usual(next.data), failures));
    };
    const wake = () => {
      if (!document.hidden && due) void poll();
    };

    document.addEventListener('visibilitychange', wake);
    void poll();
    return () => {
      stop.abort();
      window.clearTimeout(timer);
      document.removeEventListener('visibilitychange', wake);
    };
  }, [key, round]);

  const refresh = useCallback(() => setRound((count) => count + 1), []);
  const current = result?.key === key ? result : undefined;
  return { data: current?.data, error: current?.error, loading: key !== undefined && current === undefined, refresh };
}
