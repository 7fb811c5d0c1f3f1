import { BatchWriteCommand, GetCommand } from '@aws-sdk/lib-dynamodb';
import { isoNow } from '../clock.ts';
import { contentExpiresAt, isExpired, rowExpiresAt } from '../dynamodb/expiry.ts';
import { ItemStream } from '../dynamodb/item-stream.ts';
import { type DynamoTable, type Item, read, updateIf } from '../dynamodb/table.ts';
import { dayMarker, daysWithSends } from '../ledger/days.ts';
import { dayOf, INDEX } from '../ledger/keys.ts';
import type { SendError, SendStatus } from '../ledger/send.ts';
import { failUnclaimed } from '../ledger/transitions.ts';
import { newItems, newRequestId, PROVIDER, type RequestRow, requestKey, statusKeyAt, toRequestRow } from './item.ts';
import type { NotificationRequest } from './request.ts';

export interface RequestStore {
  /** Writes a new request. Resolves to its id. */
  create(request: NotificationRequest): Promise<string>;
  /** Reads with consistency. Undefined when there is no such request. */
  status(id: string): Promise<SendStatus | undefined>;
  getRow(id: string): Promise<RequestRow | undefined>;
  /** Moves a queued request to processing by this run. False when it has another status. */
  begin(id: string, createdAt: string, runId: string): Promise<boolean>;
  /** Moves a failed request back to processing. False when it changed in the meantime. */
  beginAgain(row: RequestRow, runId: string): Promise<boolean>;
  /** Ends an attempt that sent nothing: the request stays processing. Undefined when the lease was lost. */
  recordFailedTry(id: string, leaseId: string, counted: boolean): Promise<RequestRow | undefined>;
  /** Ends a request without a lease as failed. False when it changed in the meantime. */
  giveUp(row: RequestRow, error: SendError): Promise<boolean>;
  /** Ids of requests that are processing and were not touched since. Some may have changed in the meantime. */
  untouchedSince(time: number): AsyncGenerator<string>;
  /** Notes that a message is queued. False when the request changed in the meantime. */
  touch(row: RequestRow): Promise<boolean>;
}

/** BatchWriteItem returns the items that a throttled table did not write. */
const WRITE_TRIES = 5;
const WRITE_PAUSE_MS = 25;

/** Notification requests in the sends table. */
export function createRequestStore(table: DynamoTable): RequestStore {
  const { client, clock, tableName } = table;
  const markDay = dayMarker(table);

  async function write(items: readonly Item[]): Promise<void> {
    let left = items.map((item) => ({ PutRequest: { Item: item } }));
    for (let tried = 1; ; tried += 1) {
      const { UnprocessedItems } = await client.send(new BatchWriteCommand({ RequestItems: { [tableName]: left } }));
      left = (UnprocessedItems?.[tableName] ?? []) as typeof left;
      if (left.length === 0) return;
      if (tried === WRITE_TRIES) throw new Error('DynamoDB did not write a new request');
      await clock.sleep(WRITE_PAUSE_MS * 2 ** tried);
    }
  }

  return {
    async create(request) {
      const id = newRequestId(clock.now());
      const createdAt = isoNow(clock);
      await markDay(dayOf(createdAt));
      // One call for both items. When only one of them is written, the caller gets no id, so nobody asks for the request.
      await write(newItems(id, createdAt, request, contentExpiresAt(clock.now())));
      return id;
    },

    async status(id) {
      const { Item: item } = await client.send(
        new GetCommand({
          TableName: tableName,
          Key: requestKey(id),
          ConsistentRead: true,
          ProjectionExpression: '#status, #expiresAt',
          ExpressionAttributeNames: { '#status': 'status', '#expiresAt': 'expiresAt' },
        }),
      );
      return item && !isExpired(item, clock.now()) ? (item.status as SendStatus) : undefined;
    },

    async getRow(id) {
      const item = await read(table, requestKey(id));
      return item && toRequestRow(item);
    },

    async begin(id, createdAt, runId) {
      const item = await updateIf(table, {
        key: requestKey(id),
        update: BEGIN,
        condition: '#status = :from AND #expiresAt > :seconds',
        values: { ...beginValues(table, createdAt, runId), ':from': 'PENDING', ':seconds': clock.now() / 1000 },
      });
      return item !== undefined;
    },

    async beginAgain(row, runId) {
      const unconfirmed = row.error?.class === 'unconfirmed';
      const item = await updateIf(table, {
        key: requestKey(row.batchId),
        update:
          BEGIN +
          (unconfirmed
            ? ', #error.#resolution = :resent, #error.#message = :message REMOVE #firstTriedAt'
            : ' REMOVE #firstTriedAt, #error'),
        condition: '#status = :from AND #updatedAt = :seen AND attribute_not_exists(#leaseId)',
        values: {
          ...beginValues(table, row.createdAt, runId),
          ':from': 'ERROR',
          ':seen': row.updatedAt,
          ...(unconfirmed && {
            ':resent': 'resent',
            ':message': `${row.error?.message ?? ''} Processed again by its client on ${isoNow(clock)}.`.trim(),
          }),
        },
      });
      return item !== undefined;
    },

    async recordFailedTry(id, leaseId, counted) {
      const key = requestKey(id);
      const item = await updateIf(table, {
        key,
        update:
          'SET #firstTriedAt = if_not_exists(#firstTriedAt, :now), #lastLeaseId = :leaseId, #updatedAt = :now, ' +
          (counted ? '#tries = #tries + :one' : '#attempts = #attempts - :one') +
          ' REMOVE #leaseId, #leaseUntil',
        condition: '#leaseId = :leaseId',
        values: { ':leaseId': leaseId, ':now': isoNow(clock), ':one': 1 },
      });
      if (item) return toRequestRow(item);
      // A repeated call whose first answer was lost is refused too.
      const existing = await read(table, key);
      return existing?.lastLeaseId === leaseId && existing.status === 'QUEUED' ? toRequestRow(existing) : undefined;
    },

    giveUp: (row, error) => failUnclaimed(table, row, error),

    async *untouchedSince(time) {
      for await (const day of daysWithSends(table, {})) {
        const rows = new ItemStream(table, {
          IndexName: INDEX.byStatus,
          KeyConditionExpression: 'statusKey = :processing',
          FilterExpression: '#provider = :provider AND #updatedAt < :time',
          ExpressionAttributeNames: { '#provider': 'provider', '#updatedAt': 'updatedAt' },
          ExpressionAttributeValues: {
            ':processing': statusKeyAt('QUEUED', day),
            ':provider': PROVIDER,
            ':time': new Date(time).toISOString(),
          },
        });
        for await (const { batchId } of rows) yield String(batchId);
      }
    },

    async touch(row) {
      const item = await updateIf(table, {
        key: requestKey(row.batchId),
        update: 'SET #updatedAt = :now',
        condition: '#status = :processing AND #updatedAt = :seen AND attribute_not_exists(#leaseId)',
        values: { ':processing': 'QUEUED', ':seen': row.updatedAt, ':now': isoNow(clock) },
      });
      return item !== undefined;
    },
  };
}

const BEGIN =
  'SET #status = :to, #statusKey = :statusKey, #runId = :runId, #tries = :zero, #queuedAt = :now, #updatedAt = :now, ' +
  '#expiresAt = :end';

const beginValues = (table: DynamoTable, createdAt: string, runId: string): Item => ({
  ':to': 'QUEUED',
  ':statusKey': statusKeyAt('QUEUED', createdAt),
  ':runId': runId,
  ':zero': 0,
  ':now': isoNow(table.clock),
  // A request that was processed is a row like others.
  ':end': rowExpiresAt(table, table.clock.now()),
});
