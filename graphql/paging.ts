import { PregonError } from '../core/errors.ts';
import type { ListedSend, SendFilter } from '../core/ledger/queries.ts';
import type { PageRequest, Sends } from './context.ts';

/** A page of 1,000 sends with all their fields stays well under Lambda's 6 MB answer. */
export const MAX_PAGE = 1_000;

/** The page that the arguments ask for. Throws BadRequest for a size out of bounds. */
export function pageRequest(
  argument: 'first' | 'limit',
  size: number | null | undefined,
  defaultSize: number,
  after: string | null | undefined,
): PageRequest {
  const limit = size ?? defaultSize;
  if (limit < 1 || limit > MAX_PAGE) {
    throw new PregonError('BadRequest', `${argument} must be between 1 and ${MAX_PAGE}; got ${limit}`);
  }
  return after ? { limit, after } : { limit };
}

/** Pages on until `limit` sends are found or none are left: a plain list cannot say that a short page has a successor. */
export async function listFully(
  sends: Sends,
  filter: SendFilter,
  { limit, after }: PageRequest,
): Promise<ListedSend[]> {
  const found: ListedSend[] = [];
  let next = after;
  do {
    const page = await sends.list(filter, {
      limit: limit - found.length,
      ...(next === undefined ? {} : { after: next }),
    });
    found.push(...page.sends);
    next = page.next;
  } while (next !== undefined && found.length < limit);
  return found;
}
