import { useCallback, useEffect, useState } from 'react';

export interface Paging {
  /** Counted from 0. */
  readonly index: number;
  /** Token of the current page. Undefined on the first. */
  readonly token: string | undefined;
  /** The number of pages whose token is known. */
  readonly known: number;
  readonly go: (index: number) => void;
  /** Sets the token of the next page, from the answer of the current one. */
  readonly learn: (nextToken: string | undefined) => void;
}

interface State {
  readonly key: string;
  readonly index: number;
  /** Token of each page after the first. */
  readonly tokens: readonly string[];
}

/** Page numbers for an API that answers only the token of the next page. Another `key` (another filter) starts at the first page. */
export function usePaging(key: string): Paging {
  const [state, setState] = useState<State>({ key, index: 0, tokens: [] });
  const current = state.key === key ? state : { key, index: 0, tokens: [] };
  const { index, tokens } = current;
  const go = useCallback(
    (to: number) => setState((old) => ({ ...(old.key === key ? old : { key, tokens: [] }), index: to })),
    [key],
  );
  const learn = useCallback(
    (nextToken: string | undefined) =>
      setState((old) => {
        const base = old.key === key ? old : { key, index: 0, tokens: [] };
        const next = [...base.tokens.slice(0, base.index), ...(nextToken === undefined ? [] : [nextToken])];
        // The list grows while it is shown. Later tokens stay valid, and the page numbers must not jump.
        if (nextToken !== undefined && base.tokens.length > next.length) return base;
        const same = base === old && next.length === base.tokens.length && next.at(-1) === base.tokens.at(-1);
        return same ? old : { ...base, tokens: next };
      }),
    [key],
  );
  return { index, token: index === 0 ? undefined : tokens[index - 1], known: tokens.length + 1, go, learn };
}

/** What the page numbers of a list show. */
export interface PageNumbers {
  /** Counted from 0. */
  readonly page: number;
  readonly pages: number;
  /** There are more pages after the known ones. */
  readonly open: boolean;
  readonly go: (page: number) => void;
}

/** A list of which one page is shown and kept up to date. */
export interface PagedList<Item> extends PageNumbers {
  /** Of the page. Undefined until the first answer. */
  readonly items: readonly Item[] | undefined;
  readonly error: Error | undefined;
  readonly refresh: () => void;
}

/** The page numbers of a list. `next` is the token of the next page in the answer of the current one, once it is loaded. */
export function usePageNumbers(
  { index, known, go, learn }: Paging,
  isLoaded: boolean,
  next: string | undefined,
): PageNumbers {
  // biome-ignore lint/correctness/useExhaustiveDependencies: two pages may have the same next token, which is learned for each.
  useEffect(() => {
    if (isLoaded) learn(next);
  }, [isLoaded, next, index, learn]);
  return { page: index, pages: known, open: next !== undefined && index === known - 1, go };
}
