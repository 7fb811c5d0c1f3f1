import type { Clock } from '../../core/clock.ts';

interface CachedOptions {
  ttlMs: number;
  /** How long a failed load is kept: until then it is not tried again. By default not at all. */
  failedMs?: number;
  clock: Clock;
}

/** A value that is loaded when it is asked for and kept for `ttlMs`. Concurrent callers share one load. */
export function cached<T>(load: () => Promise<T>, { ttlMs, failedMs = 0, clock }: CachedOptions) {
  let current: { value: Promise<T>; until: number } | undefined;
  return {
    get(): Promise<T> {
      if (current && clock.now() < current.until) return current.value;
      const loading = { value: load(), until: clock.now() + ttlMs };
      current = loading;
      loading.value.catch(() => {
        loading.until = clock.now() + failedMs;
      });
      return loading.value;
    },
    forget(): void {
      current = undefined;
    },
  };
}
