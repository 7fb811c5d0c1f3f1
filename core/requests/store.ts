import { BatchWriteCommand, GetCommand } from '@aws-sdk/lib-dynamodb';
import { ItemStream } from '../dynamodb/item-stream.ts';
import { type DynamoTable, type Item, read, updateIf } from '../dynamodb/table.ts';
import { daysWithSends, markDay } from '../ledger/days.ts';
import { dayOf, INDEX } from '../ledger/keys.ts';
import type { SendError, SendStatus } from '../ledger/send.ts';
import { isoNow } from '../ledger/transitions.ts';
import { newRequestId } from './id.ts';
import { newItems, PROVIDER, type RequestRow, requestKey, statusKeyAt, toRequestRow } from './item.ts';
import type { NotificationRequest } from './request.ts';

export interface RequestStore {
  /** Writes a new request; answers its id. */
  create(request: NotificationRequest): Promise<string>;
  /** Reads with consistency; undefined where there is no such request. */
  status(id: string): Promise<SendStatus | undefined>;
  getRow(id: string): Promise<RequestRow | undefined>;
  /** Moves a request from queued to processing by this run. False when it is elsewhere. */
  begin(id: string, createdAt: string, runId: string): Promise<boolean>;
  /** Moves a failed request back to processing. False when somebody else did, or it is elsewhere by now. */
  beginAgain(row: RequestRow, runId: string): Promise<boolean>;
  /** Ends an attempt that sent nothing: the request stays processing. Undefined when the lease was lost. */
  recordFailedTry(id: string, leaseId: string, counted: boolean): Promise<RequestRow | undefined>;
  /** Ends a request that nobody holds as failed. False when somebody knows better. */
  giveUp(row: RequestRow, error: SendError): Promise<boolean>;
  /** Ids of requests that are processing and were not touched since; some may be elsewhere by now. */
  untouchedSince(time: number): AsyncGenerator<string>;
  /** Notes that a message is on its way. False when the request changed meanwhile. */
  touch(row: RequestRow): Promise<boolean>;
}

/** BatchWriteItem hands back what a throttled table did not take. */
const WRITE_TRIES = 5;
const WRITE_PAUSE_MS = 25;

/** Notification requests in the ledger's table. */
export function createRequestStore(table: DynamoTable): RequestStore {
  const { client, clock } = table;
  let markedDay = '';

  async function write(items: readonly Item[]): Promise<void> {
    let left: Item[] = items.map((item) => ({ PutRequest: { Item: item } }));
    for (let tried = 1; ; tried += 1) {
      const { UnprocessedItems } = await client.send(
        new BatchWriteCommand({ RequestItems: { [table.tableName]: left as { PutRequest: { Item: Item } }[] } }),
      );
      left = (UnprocessedItems?.[table.tableName] ?? []) as Item[];
      if (left.length === 0) return;
      if (tried === WRITE_TRIES) throw new Error('DynamoDB did not take a new request');
      await clock.sleep(WRITE_PAUSE_MS * 2 ** tried);
    }
  }

  return {
    async create(request) {
      const now = clock.now();
      const id = newRequestId(now);
      const createdAt = new Date(now).toISOString();
      const day = dayOf(createdAt);
      if (markedDay !== day) {
        await markDay(table, day);
        markedDay = day;
      }
      // One call for both. Where only one of them was written the caller got no id, and nobody will ask for it.
      await write(newItems(id, createdAt, request));
      return id;
    },

    async status(id) {
      const { Item: item } = await client.send(
        new GetCommand({
          TableName: table.tableName,
          Key: requestKey(id),
          ConsistentRead: true,
          ProjectionExpression: '#status',
          ExpressionAttributeNames: { '#status': 'status' },
        }),
      );
      return item?.status as SendStatus | undefined;
    },

    async getRow(id) {
      const item = await read(table, requestKey(id));
      return item && toRequestRow(item);
    },

    async begin(id, createdAt, runId) {
      const item = await updateIf(table, {
        key: requestKey(id),
        update: BEGIN,
        condition: '#status = :from',
        values: { ...beginValues(table, createdAt, runId), ':from': 'PENDING' },
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
            ':message': `${row.error?.message ?? ''} Processed again by its client on ${isoNow(table)}.`.trim(),
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
        values: { ':leaseId': leaseId, ':now': isoNow(table), ':one': 1 },
      });
      if (item) return toRequestRow(item);
      // Refused to a repeated call whose first answer was lost, too.
      const existing = await read(table, key);
      return existing?.lastLeaseId === leaseId && existing.status === 'QUEUED' ? toRequestRow(existing) : undefined;
    },

    async giveUp(row, error) {
      const item = await updateIf(table, {
        key: requestKey(row.batchId),
        update: 'SET #status = :to, #statusKey = :statusKey, #error = :error, #updatedAt = :now',
        condition: '#status = :from AND attribute_not_exists(#leaseId)',
        values: {
          ':from': 'QUEUED',
          ':to': 'ERROR',
          ':statusKey': statusKeyAt('ERROR', row.createdAt),
          ':error': error,
          ':now': isoNow(table),
        },
      });
      return item !== undefined;
    },

    async *untouchedSince(time) {
      for await (const day of daysWithSends(table, {})) {
        const stream = new ItemStream(table, {
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
        for (await stream.fill(); stream.head; await stream.fill()) {
          yield String(stream.head.batchId);
          stream.take();
        }
      }
    },

    async touch(row) {
      const item = await updateIf(table, {
        key: requestKey(row.batchId),
        update: 'SET #updatedAt = :now',
        condition: '#status = :processing AND #updatedAt = :seen AND attribute_not_exists(#leaseId)',
        values: { ':processing': 'QUEUED', ':seen': row.updatedAt, ':now': isoNow(table) },
      });
      return item !== undefined;
    },
  };
}

const BEGIN = 'SET #status = :to, #statusKey = :statusKey, #runId = :runId, #tries = :zero, #updatedAt = :now';

const beginValues = (table: DynamoTable, createdAt: string, runId: string): Item => ({
  ':to': 'QUEUED',
  ':statusKey': statusKeyAt('QUEUED', createdAt),
  ':runId': runId,
  ':zero': 0,
  ':now': isoNow(table),
});
