import { type LocalRoute, problem } from 'local-aws';
import type { Mailbox } from './mailbox.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;
const NO_PAGE = -1;

/** `GET /_local/mailbox?to=&batchId=&search=&order=&limit=&after=`; `order` is `oldest`, the default, or `newest`. */
export const mailboxRoute =
  (mailbox: Mailbox): LocalRoute =>
  ({ method, query }) => {
    if (method !== 'GET') return problem(405, 'The mailbox can only be read, with GET');
    const limit = wholeNumber(query.get('limit'), DEFAULT_LIMIT);
    const after = wholeNumber(query.get('after'), NO_PAGE);
    if (limit === undefined || limit < 1 || limit > MAX_LIMIT) return problem(400, `limit must be 1 to ${MAX_LIMIT}`);
    const order = query.get('order') || 'oldest';
    if (order !== 'oldest' && order !== 'newest') return problem(400, 'order must be oldest or newest');
    if (after === undefined) return problem(400, 'after must be the `next` of the previous page');
    const to = query.get('to') || undefined;
    const batchId = query.get('batchId') || undefined;
    const search = query.get('search')?.trim() || undefined;
    const page = mailbox.read({
      limit,
      newestFirst: order === 'newest',
      ...(after !== NO_PAGE && { after }),
      ...(to && { to }),
      ...(batchId && { batchId }),
      ...(search && { search }),
    });
    return { status: 200, body: page };
  };

function wholeNumber(text: string | null, missing: number): number | undefined {
  if (text === null || text === '') return missing;
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
