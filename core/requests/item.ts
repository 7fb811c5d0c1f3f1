import type { Item } from '../dynamodb/table.ts';
import { toRow } from '../ledger/item.ts';
import { contentKey, createdKey, dayOf, shardOf, stateKey, statusKey } from '../ledger/keys.ts';
import type { LedgerRow } from '../ledger/send.ts';
import type { NotificationRequest } from './request.ts';

/** Every request goes by it; on the row from the beginning, so that the status index tells requests from other sends. */
export const PROVIDER = 'notify';

/** A request is one send: the only row of a batch that has its id. */
export const rowOf = (id: string) => ({ batchId: id, rowNumber: 1 });
export const requestKey = (id: string) => stateKey(id, 1);
export const statusKeyAt = (status: LedgerRow['status'], createdAt: string) =>
  statusKey(status, dayOf(createdAt), shardOf(1));

/** A request's row with what its retries need to know. */
export interface RequestRow extends LedgerRow {
  /** Failed attempts since it was last asked to be processed. */
  tries: number;
  /** When the first of them was; ISO 8601. */
  firstTriedAt?: string;
  /** Which call had it processed. */
  runId?: string;
}

/** The state item and the content item of a new request. */
export function newItems(id: string, createdAt: string, { to, message, type }: NotificationRequest): Item[] {
  const state: Item = {
    ...requestKey(id),
    statusKey: statusKeyAt('PENDING', createdAt),
    createdKey: createdKey(createdAt, id, 1),
    address: to.trim().toLowerCase(),
    ...rowOf(id),
    email: to,
    subject: '',
    status: 'PENDING',
    channel: type,
    provider: PROVIDER,
    attempts: 0,
    tries: 0,
    createdAt,
    updatedAt: createdAt,
  };
  return [state, { ...contentKey(id, 1), content: message }];
}

export function toRequestRow(item: Item): RequestRow {
  const row: RequestRow = { ...toRow(item), tries: Number(item.tries ?? 0) };
  if (typeof item.firstTriedAt === 'string') row.firstTriedAt = item.firstTriedAt;
  if (typeof item.runId === 'string') row.runId = item.runId;
  return row;
}
