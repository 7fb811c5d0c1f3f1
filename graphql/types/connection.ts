import type { PageInfo } from './page-info.ts';

export interface Edge<T> {
  readonly cursor: string;
  readonly node: T;
}

export interface Connection<T> {
  readonly edges: readonly Edge<T>[];
  readonly pageInfo: PageInfo;
}

/** A Relay connection of one page; `next` is set when there is more, and may lie behind the last item of the page. */
export function connectionOf<T extends { readonly cursor: string }>(
  nodes: readonly T[],
  next: string | undefined,
): Connection<T> {
  const startCursor = nodes[0]?.cursor;
  const endCursor = next ?? nodes.at(-1)?.cursor;
  return {
    edges: nodes.map((node) => ({ cursor: node.cursor, node })),
    pageInfo: {
      hasNextPage: next !== undefined,
      hasPreviousPage: false,
      ...(startCursor === undefined ? {} : { startCursor }),
      ...(endCursor === undefined ? {} : { endCursor }),
    },
  };
}
