import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type DynamoTable, type Item, read, updateIf } from '../dynamodb/table.ts';
import { markDay } from '../ledger/days.ts';
import { dayOf, INDEX, stateKey, statusKeyOf } from '../ledger/keys.ts';
import type { SendError } from '../ledger/send.ts';
import { isoNow, type RowId } from '../ledger/transitions.ts';
import {
  batchKey,
  dueKey,
  type EmailBatch,
  type EmailRow,
  type EmailTry,
  firstItem,
  fromBatch,
  OPEN_BATCHES,
  toBatch,
  toEmailRow,
} from './batch.ts';

export interface EmailStore {
  /** Writes the batch unless there is one. Answers the batch that stands, and whether this call wrote it. */
  create(batch: EmailBatch, dueAt: number): Promise<{ created: boolean; batch: EmailBatch }>;
  /** Writes the state items of these rows unless they are there. */
  addRows(batch: EmailBatch, rowNumbers: readonly number[]): Promise<void>;
  getBatch(batchId: string): Promise<EmailBatch | undefined>;
  /** The rows that are written, by number. Reads with consistency. */
  getRows(batch: EmailBatch): Promise<Map<number, EmailRow>>;
  getRow(id: RowId): Promise<EmailRow | undefined>;
  /** Ends an attempt that failed for certain: the row stays queued for the next provider. Undefined when the lease was lost. */
  recordFailedTry(id: RowId, leaseId: string, failed: EmailTry): Promise<EmailRow | undefined>;
  /** Ends a row that nobody holds in ERROR. False when somebody knows better. */
  giveUp(row: EmailRow, error: SendError): Promise<boolean>;
  /** Moves a retryable row from ERROR back to QUEUED for another uptake. False when it is elsewhere by now. */
  takeUp(row: EmailRow): Promise<boolean>;
  /** Batch ids that the sweep shall look at, those longest due first. */
  due(now: number, limit: number): Promise<string[]>;
  sweepAgain(batch: EmailBatch, dueAt: number): Promise<void>;
  /** The sweep need not look at it any more. */
  close(batch: EmailBatch): Promise<void>;
}

/** Email batches and their rows in the ledger's table. */
export function createEmailStore(table: DynamoTable): EmailStore {
  const { client } = table;
  let markedDay = '';

  async function getBatch(batchId: string): Promise<EmailBatch | undefined> {
    const item = await read(table, batchKey(batchId));
    return item && toBatch(item);
  }

  /** True when the item is this call's or was there. */
  async function putNew(item: Item): Promise<boolean> {
    try {
      await client.send(
        new PutCommand({ TableName: table.tableName, Item: item, ConditionExpression: 'attribute_not_exists(pk)' }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  return {
    getBatch,

    async create(batch, dueAt) {
      const day = dayOf(batch.createdAt);
      if (markedDay !== day) {
        await markDay(table, day);
        markedDay = day;
      }
      const { batchId } = batch;
      const item = {
        ...batchKey(batchId),
        statusKey: OPEN_BATCHES,
        createdKey: dueKey(dueAt, batchId),
        ...fromBatch(batch),
      };
      if (await putNew(item)) return { created: true, batch };
      const existing = await getBatch(batchId);
      // A repeated call whose first answer was lost meets its own batch: the same in every part.
      return { created: false, batch: existing ?? batch };
    },

    async addRows(batch, rowNumbers) {
      await Promise.all(
        rowNumbers.map((rowNumber) => {
          const destination = batch.destinations[rowNumber - 1];
          return destination && putNew(firstItem(batch, rowNumber, destination.email));
        }),
      );
    },

    async getRows(batch) {
      const rows = new Map<number, EmailRow>();
      let keys: Item[] = batch.destinations.map((_, index) => stateKey(batch.batchId, index + 1));
      while (keys.length > 0) {
        const { Responses, UnprocessedKeys } = await client.send(
          new BatchGetCommand({ RequestItems: { [table.tableName]: { Keys: keys, ConsistentRead: true } } }),
        );
        for (const item of Responses?.[table.tableName] ?? []) rows.set(Number(item.rowNumber), toEmailRow(item));
        keys = UnprocessedKeys?.[table.tableName]?.Keys ?? [];
      }
      return rows;
    },

    async getRow({ batchId, rowNumber }) {
      const item = await read(table, stateKey(batchId, rowNumber));
      return item && toEmailRow(item);
    },

    async recordFailedTry({ batchId, rowNumber }, leaseId, failed) {
      const key = stateKey(batchId, rowNumber);
      const item = await updateIf(table, {
        key,
        update:
          'SET #tries = list_append(#tries, :failed), #retries = #retries + :one, #provider = :provider, ' +
          '#lastLeaseId = :leaseId, #updatedAt = :now REMOVE #leaseId, #leaseUntil',
        condition: '#leaseId = :leaseId',
        values: {
          ':failed': [failed],
          ':one': 1,
          ':provider': failed.provider,
          ':leaseId': leaseId,
          ':now': isoNow(table),
        },
      });
      if (item) return toEmailRow(item);
      // Refused to a repeated call whose first answer was lost, too.
      const existing = await read(table, key);
      return existing?.lastLeaseId === leaseId && existing.status === 'QUEUED' ? toEmailRow(existing) : undefined;
    },

    async giveUp(row, error) {
      const item = await updateIf(table, {
        key: stateKey(row.batchId, row.rowNumber),
        update: 'SET #status = :errorStatus, #statusKey = :statusKey, #error = :error, #updatedAt = :now',
        condition: '#status = :queued AND attribute_not_exists(#leaseId)',
        values: {
          ':queued': 'QUEUED',
          ':errorStatus': 'ERROR',
          ':statusKey': statusKeyOf(row, 'ERROR'),
          ':error': error,
          ':now': isoNow(table),
        },
      });
      return item !== undefined;
    },

    async takeUp(row) {
      const item = await updateIf(table, {
        key: stateKey(row.batchId, row.rowNumber),
        update:
          'SET #status = :queued, #statusKey = :statusKey, #tries = :none, #sweeps = #sweeps + :one, ' +
          '#queuedAt = :now, #updatedAt = :now REMOVE #error',
        condition:
          '#status = :errorStatus AND #error.#retryable = :true AND #sweeps = :sweeps AND attribute_not_exists(#leaseId)',
        values: {
          ':queued': 'QUEUED',
          ':errorStatus': 'ERROR',
          ':statusKey': statusKeyOf(row, 'QUEUED'),
          ':none': [],
          ':one': 1,
          ':sweeps': row.sweeps,
          ':true': true,
          ':now': isoNow(table),
        },
      });
      return item !== undefined;
    },

    async due(now, limit) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: table.tableName,
          IndexName: INDEX.byStatus,
          KeyConditionExpression: 'statusKey = :open AND createdKey <= :now',
          // `~` sorts behind every batch id of this very millisecond.
          ExpressionAttributeValues: { ':open': OPEN_BATCHES, ':now': dueKey(now, '~') },
          Limit: limit,
        }),
      );
      return Items.map((item) => String(item.createdKey)).map((key) => key.slice(key.indexOf('#') + 1));
    },

    async sweepAgain({ batchId }, dueAt) {
      await updateIf(table, {
        key: batchKey(batchId),
        update: 'SET #createdKey = :due, #sweepCount = #sweepCount + :one',
        condition: '#statusKey = :open',
        values: { ':due': dueKey(dueAt, batchId), ':open': OPEN_BATCHES, ':one': 1 },
      });
    },

    async close({ batchId }) {
      await updateIf(table, {
        key: batchKey(batchId),
        update: 'REMOVE #statusKey, #createdKey',
        condition: '#statusKey = :open',
        values: { ':open': OPEN_BATCHES },
      });
    },
  };
}
