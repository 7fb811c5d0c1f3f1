import { listSuppressions, type Suppression } from '../api/suppressions.ts';
import { useLive } from '../live/useLive.ts';
import { type PagedList, usePageNumbers, usePaging } from '../paging/usePaging.ts';

const PAGE_SIZE = 50;
const POLL_MS = 15_000;

export type SuppressionList = PagedList<Suppression>;

/** One page of the suppression list, kept up to date; with an address only its entry. */
export function useSuppressions(address: string): SuppressionList {
  const key = `suppressions ${address}`;
  const paging = usePaging(key);
  const { token } = paging;
  const { data, error, refresh } = useLive(
    `${key} ${token ?? ''}`,
    (signal) => listSuppressions({ address, size: PAGE_SIZE, token }, signal),
    POLL_MS,
  );
  const numbers = usePageNumbers(paging, data !== undefined, data?.next);
  return { items: data?.suppressions, error, refresh, ...numbers };
}
