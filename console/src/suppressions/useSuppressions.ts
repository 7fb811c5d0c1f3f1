import { useEffect } from 'react';
import { listSuppressions, type Suppression } from '../api/suppressions.ts';
import { usePaging } from '../executions/usePaging.ts';
import { useLive } from '../live/useLive.ts';

const PAGE_SIZE = 50;
const POLL_MS = 15_000;

export interface SuppressionList {
  /** Entries of the page. Undefined until the first answer. */
  readonly items: readonly Suppression[] | undefined;
  readonly error: Error | undefined;
  readonly refresh: () => void;
  readonly page: number;
  readonly pages: number;
  readonly open: boolean;
  readonly go: (page: number) => void;
}

/** One page of the suppression list, kept up to date; with an address only its entry. */
export function useSuppressions(address: string): SuppressionList {
  const key = `suppressions ${address}`;
  const { index, token, known, go, learn } = usePaging(key);
  const { data, error, refresh } = useLive(
    `${key} ${token ?? ''}`,
    (signal) => listSuppressions({ address, size: PAGE_SIZE, token }, signal),
    POLL_MS,
  );
  useEffect(() => {
    if (data !== undefined) learn(data.next);
  }, [data, learn]);
  return {
    items: data?.suppressions,
    error,
    refresh,
    page: index,
    pages: known,
    open: data?.next !== undefined && index === known - 1,
    go,
  };
}
