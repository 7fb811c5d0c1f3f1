import { type LocalRoute, problem } from 'local-aws';
import type { Mailbox } from './mailbox.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

/** `GET /_local/mailbox?to=&batchId=&limit=&after=`. */
export const mailboxRoute =
  (mailbox: Mailbox): LocalRoute =>
  ({ method, query }) => {
    if (method !== 'GET') return problem(405, 'The mailbox can only be read, with GET');
    const limit = wholeNumber(query.get('limit'), DEFAULT_LIMIT);
    const after = wholeNumber(query.get('after'), 0);
    if (limit === undefined || limit < 1 || limit > MAX_LIMIT) return problem(400, `limit must be 1 to ${MAX_LIMIT}`);
    if (after === undefined) return problem(400, 'after must be the `next` of the previous page');
    const to = query.get('to') || undefined;
    const batchId = query.get('batchId') || undefined;
    const page = mailbox.read({ limit, after, ...(to ? { to } : {}), ...(batchId ? { batchId } : {}) });
    return { status: 200, body: page };
  };

function wholeNumber(text: string | null, missing: number): number | undefined {
  if (text === null || text === '') return missing;
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
