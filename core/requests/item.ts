import { randomUUID } from 'node:crypto';
import type { Item } from '../dynamodb/table.ts';
import { newStateItem, toRow } from '../ledger/item.ts';
import { contentKey, stateKey, statusKeyOf } from '../ledger/keys.ts';
import type { LedgerRow } from '../ledger/send.ts';
import type { NotificationRequest } from './request.ts';

/** The provider of every request. It is on the row from the beginning, so that the status index tells requests from other sends. */
export const PROVIDER = 'notify';

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** A UUID of version 7 (RFC 9562). It contains its time, so that the keys of a request are known without reading it. */
export function newRequestId(now: number): string {
  const time = now.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

/** When the request of this id was created, ISO 8601. Undefined when no request can have this id. */
export function createdAtOf(id: string): string | undefined {
  if (!ID.test(id)) return undefined;
  return new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toISOString();
}

/** A request is one send: the only row of a batch that has its id. */
export const rowOf = (id: string) => ({ batchId: id, rowNumber: 1 });
export const requestKey = (id: string) => stateKey(id, 1);
export const statusKeyAt = (status: LedgerRow['status'], createdAt: string) =>
  statusKeyOf({ createdAt, rowNumber: 1 }, status);

/** A request's row with what decides about retries. */
export interface RequestRow extends LedgerRow {
  /** When a client last asked for the request to be processed; ISO 8601. */
  queuedAt: string;
  /** Failed tries since a client last asked for the request to be processed. */
  tries: number;
  /** When the first of them was; ISO 8601. */
  firstTriedAt?: string;
  /** The call that last began processing. */
  runId?: string;
}

/** The state item and the content item of a new request. Both expire then, in seconds since the epoch: it can be processed no longer. */
export function newItems(
  id: string,
  createdAt: string,
  { to, message, type }: NotificationRequest,
  expiresAt: number,
): Item[] {
  const named = { ...rowOf(id), email: to, subject: '' };
  const row = newStateItem({ ...named, status: 'PENDING', channel: type, createdAt, expiresAt });
  return [
    { ...row, provider: PROVIDER, tries: 0 },
    { ...contentKey(id, 1), content: message, expiresAt },
  ];
}

export function toRequestRow(item: Item): RequestRow {
  const queuedAt = String(item.queuedAt ?? item.updatedAt);
  const row: RequestRow = { ...toRow(item), queuedAt, tries: Number(item.tries ?? 0) };
  if (typeof item.firstTriedAt === 'string') row.firstTriedAt = item.firstTriedAt;
  if (typeof item.runId === 'string') row.runId = item.runId;
  return row;
}
