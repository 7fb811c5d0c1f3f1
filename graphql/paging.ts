import type { Tables } from '../core/dynamodb/table.ts';
import { PregonError } from '../core/errors.ts';
import { listSends } from '../core/ledger/list-sends.ts';
import type { ListedSend, SendFilter } from '../core/ledger/listed-send.ts';

/** A page of 1,000 sends with all their fields stays well under Lambda's 6 MB answer. */
export const MAX_PAGE = 1_000;

export interface PageRequest {
  readonly limit: number;
  readonly after?: string;
}

/** The page that the arguments ask for. Throws BadRequest for a size out of range. */
export function pageRequest(
  argument: 'first' | 'limit',
  size: number | null | undefined,
  defaultSize: number,
  after: string | null | undefined,
): PageRequest {
  const limit = size ?? defaultSize;
  if (limit < 1 || limit > MAX_PAGE) {
    const bound = limit < 1 ? 'at least 1' : `at most ${MAX_PAGE.toLocaleString('en-US')}`;
    throw new PregonError('BadRequest', `${argument} must be ${bound}; got ${limit}`);
  }
  return after ? { limit, after } : { limit };
}

/**
 * Sends for a plain list, which cannot say that a short page has a successor: reads pages until `limit` sends are found or none
 * are left.
 */
export async function listFully(
  tables: Tables,
  filter: SendFilter,
  { limit, ...page }: PageRequest,
  list = listSends,
): Promise<ListedSend[]> {
  const found: ListedSend[] = [];
  let after = page.after;
  do {
    const { sends, next } = await list(tables, filter, {
      limit: limit - found.length,
      ...(after === undefined ? {} : { after }),
    });
    found.push(...sends);
    after = next;
  } while (after !== undefined && found.length < limit);
  return found;
}
