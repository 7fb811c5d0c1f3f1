import { addressKey } from '../csv/address.ts';
import type { Item } from '../dynamodb/table.ts';
import { feedbackIn } from './feedback-attributes.ts';
import { createdKey, stateKey, statusKeyOf } from './keys.ts';
import type { FailedTry, LedgerRow, Send, SendError } from './send.ts';

const OPTIONAL = ['campaignId', 'provider', 'messageId', 'lastAttemptAt'] as const;

export type NewRow = Pick<
  Send,
  'batchId' | 'campaignId' | 'rowNumber' | 'email' | 'subject' | 'status' | 'channel' | 'createdAt'
> & { expiresAt: number };

/** What the state items of all rows of a batch have in common. */
export const attributesOfBatch = (batch: Omit<NewRow, 'rowNumber' | 'email' | 'subject'>) => ({
  ...batch,
  attempts: 0,
  updatedAt: batch.createdAt,
});

/** The keys of a row's state item in the table and its indexes. */
export type StateKeys = Record<'pk' | 'sk' | 'statusKey' | 'createdKey', string>;

/** The other attributes of a row's state item. */
export const attributesOfRow = (
  { pk, sk, statusKey, createdKey }: StateKeys,
  { rowNumber, email, subject }: Pick<NewRow, 'rowNumber' | 'email' | 'subject'>,
) => ({ pk, sk, statusKey, createdKey, address: addressKey(email), rowNumber, email, subject });

/** The state item of a row that nobody has tried to send yet. */
export function newStateItem(row: NewRow): Record<string, string | number> {
  const { batchId, createdAt, rowNumber, status } = row;
  const keys = {
    ...stateKey(batchId, rowNumber),
    statusKey: statusKeyOf(row, status),
    createdKey: createdKey(createdAt, batchId, rowNumber),
  };
  return { ...attributesOfBatch(row), ...attributesOfRow(keys, row) };
}

/** An item of strings and numbers as the DynamoDB API takes it: the workflow calls that API itself. */
export function toDynamoJson(item: Record<string, string | number>): Record<string, { N: string } | { S: string }> {
  const json: Record<string, { N: string } | { S: string }> = {};
  for (const [name, value] of Object.entries(item))
    json[name] = typeof value === 'number' ? { N: `${value}` } : { S: value };
  return json;
}

/** The reverse. */
export const fromDynamoJson = (json: Record<string, { S?: string; N?: string }>): Record<string, string | number> =>
  Object.fromEntries(Object.entries(json).map(([name, { S, N }]) => [name, N === undefined ? String(S) : Number(N)]));

/** A record without the keys of the tables and their indexes, and without its end. */
export function recordIn<Record>(item: Item): Record {
  const {
    pk: _pk,
    sk: _sk,
    statusKey: _statusKey,
    listKey: _listKey,
    createdKey: _createdKey,
    expiresAt: _expiresAt,
    ...record
  } = item;
  return record as Record;
}

/** A state item, or its projection in the status index, as a send. */
export function toSend(item: Item): Send {
  const send: Send = {
    sendId: `${item.batchId}-${item.rowNumber}`,
    batchId: String(item.batchId),
    rowNumber: Number(item.rowNumber),
    email: String(item.email),
    subject: String(item.subject),
    status: item.status as Send['status'],
    channel: item.channel as Send['channel'],
    attempts: Number(item.attempts ?? 0),
    createdAt: String(item.createdAt),
    updatedAt: String(item.updatedAt),
  };
  for (const name of OPTIONAL) {
    const value = item[name];
    if (typeof value === 'string') send[name] = value;
  }
  if (item.error) send.error = item.error as SendError;
  const events = feedbackIn(item);
  const strongest = events.at(-1);
  if (strongest) {
    send.feedback = strongest;
    send.feedbackEvents = events.toSorted((a, b) => a.at.localeCompare(b.at));
  }
  return send;
}

/** A whole state item, its lease included. */
export function toRow(item: Item): LedgerRow {
  const row: LedgerRow = toSend(item);
  const { leaseId, leaseUntil, extendedLeaseId } = item;
  if (typeof leaseId === 'string') {
    row.lease = { leaseId, leaseUntil: Number(leaseUntil), ...(extendedLeaseId === leaseId && { extended: true }) };
  }
  if (typeof item.lastLeaseId === 'string') row.lastLeaseId = item.lastLeaseId;
  if (item.failedTry) row.failedTry = item.failedTry as FailedTry;
  const { acceptedLeaseId, acceptedMessageId } = item;
  if (typeof acceptedLeaseId === 'string') {
    row.accepted = { leaseId: acceptedLeaseId, messageId: String(acceptedMessageId) };
  }
  return row;
}
