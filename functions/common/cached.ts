import type { Clock } from '../../core/clock.ts';

/** A value that is loaded when it is asked for and kept for `ttlMs`. Concurrent callers share one load; a failed load is not kept. */
export function cached<T>(load: () => Promise<T>, { ttlMs, clock }: { ttlMs: number; clock: Clock }) {
  let current: { value: Promise<T>; until: number } | undefined;
  return {
    get(): Promise<T> {
      if (current && clock.now() < current.until) return current.value;
      const loading = { value: load(), until: clock.now() + ttlMs };
      current = loading;
      loading.value.catch(() => {
        if (current === loading) current = undefined;
      });
      return loading.value;
    },
    forget(): void {
      current = undefined;
    },
  };
}
