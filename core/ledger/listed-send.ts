import type { DynamoTable } from '../dynamodb/table.ts';
import { PregonError } from '../errors.ts';
import { createdKey, parseSendId } from './keys.ts';
import type { Send, SendStatus } from './send.ts';
import { getRow } from './transitions.ts';

/** Which sends to list. Times are ISO 8601; `from` is inclusive, `to` exclusive, both on createdAt. */
export interface SendFilter {
  statuses?: readonly SendStatus[];
  from?: string;
  to?: string;
  batchId?: string;
  campaignId?: string;
  /** In any case. */
  email?: string;
}

/** A send and its place in the list; given as `after`, the list continues behind it. */
export type ListedSend = Send & { cursor: string };

export interface SendPage {
  sends: ListedSend[];
  /** The `after` of the next page; absent on the last. A page may be short, even empty, with `next` set: its work is bounded. */
  next?: string;
}

/** One send by its id, `<batchId>-<rowNumber>`; undefined for an unknown one. */
export async function getSend(table: DynamoTable, sendId: string): Promise<ListedSend | undefined> {
  const id = parseSendId(sendId);
  const row = id && (await getRow(table, id));
  if (!row) return undefined;
  const { lease: _lease, lastLeaseId: _last, ...send } = row;
  return { ...send, cursor: cursorOf(createdKey(send.createdAt, send.batchId, send.rowNumber)) };
}

/** A place in a list as an opaque string: the `createdKey` at that place. */
export const cursorOf = (createdKey: string): string => Buffer.from(createdKey).toString('base64url');

/** DynamoDB refuses a longer sort key. */
const MAX_CURSOR_BYTES = 1024;

/** The `createdKey` of a cursor. Throws BadRequest with `problem` when it does not match the pattern. */
export function createdKeyIn(cursor: string, pattern: RegExp, problem: string): string {
  const createdKey = Buffer.from(cursor, 'base64url').toString();
  if (Buffer.byteLength(createdKey) > MAX_CURSOR_BYTES || !pattern.test(createdKey))
    throw new PregonError('BadRequest', problem);
  return createdKey;
}
