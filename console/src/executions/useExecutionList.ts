import { useMemo, useRef } from 'react';
import { type ExecutionFilter, type ExecutionSource, listExecutions } from '../api/states.ts';
import type { ExecutionItem, Page } from '../api/types.ts';
import { useLive } from '../live/useLive.ts';
import { type PagedList, usePageNumbers, usePaging } from '../paging/usePaging.ts';

/** A search by name reads the whole list, because the API has no such filter. This is the most pages of 1,000 that are read. */
const SEARCH_PAGES = 100;
const POLL_MS = 2000;
const SEARCH_POLL_MS = 5000;
/** A search of many pages is repeated so seldom that it takes one call a second, a page being 1,000 rows. */
const ROWS_READ_PER_MS = 1;

export interface ExecutionList extends PagedList<ExecutionItem> {
  /** The number of matches of a search. */
  readonly matches: number | undefined;
  /** The list was too long, so only part of it was searched. */
  readonly cutShort: boolean;
}

/** A page of executions that is kept up to date. With `text`, only those whose name contains it. */
export function useExecutionList(
  source: ExecutionSource | undefined,
  filter: ExecutionFilter,
  text: string,
  size: number,
): ExecutionList {
  const key = source && JSON.stringify([source, filter]);
  const wanted = text.trim().toLowerCase();
  const paged = usePaged(wanted === '' ? key : undefined, source, filter, size);
  const found = useSearch(wanted === '' ? undefined : key, source, filter);
  const paging = usePaging(`${key} ${wanted} ${size}`);
  const matching = useMemo(
    () => found.data?.items.filter((item) => item.name.toLowerCase().includes(wanted)),
    [found.data, wanted],
  );
  if (wanted === '') return paged;
  const pages = Math.max(1, Math.ceil((matching?.length ?? 0) / size));
  const page = Math.min(paging.index, pages - 1);
  return {
    items: matching?.slice(page * size, (page + 1) * size),
    error: found.error,
    refresh: found.refresh,
    page,
    pages,
    open: false,
    go: paging.go,
    matches: matching?.length,
    cutShort: found.data?.nextToken !== undefined,
  };
}

function usePaged(
  key: string | undefined,
  source: ExecutionSource | undefined,
  filter: ExecutionFilter,
  size: number,
): ExecutionList {
  const paging = usePaging(`${key} ${size}`);
  const { token } = paging;
  const live = useLive<Page<ExecutionItem>>(
    key && `${key} ${size} ${token ?? ''}`,
    (signal) => listExecutions(source ?? { stateMachineArn: '' }, filter, { size, token }, signal),
    POLL_MS,
  );
  const { data } = live;
  const numbers = usePageNumbers(paging, data !== undefined, data?.nextToken);
  // The old rows stay until the new page is loaded, so that the layout does not jump.
  const shown = useRef<{ key: string | undefined; items: readonly ExecutionItem[] }>(undefined);
  if (data !== undefined) shown.current = { key, items: data.items };
  return {
    items: data?.items ?? (shown.current?.key === key ? shown.current?.items : undefined),
    error: live.error,
    refresh: live.refresh,
    ...numbers,
    matches: undefined,
    cutShort: false,
  };
}

function useSearch(key: string | undefined, source: ExecutionSource | undefined, filter: ExecutionFilter) {
  return useLive<Page<ExecutionItem>>(
    key && `search ${key}`,
    async (signal) => {
      const items: ExecutionItem[] = [];
      let token: string | undefined;
      for (let count = 0; count < SEARCH_PAGES; count += 1) {
        const page = await listExecutions(source ?? { stateMachineArn: '' }, filter, { size: 1000, token }, signal);
        items.push(...page.items);
        token = page.nextToken;
        if (token === undefined) break;
      }
      return { items, ...(token !== undefined && { nextToken: token }) };
    },
    // ListExecutions has a quota of five calls a second for the account.
    (found) => Math.max(SEARCH_POLL_MS, (found?.items.length ?? 0) / ROWS_READ_PER_MS),
  );
}
