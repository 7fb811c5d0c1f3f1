import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { isoNow } from '../clock.ts';
import { contentExpiresAt, rowExpiresAt } from '../dynamodb/expiry.ts';
import { type DynamoTable, putIf, read, readMany, updateIf } from '../dynamodb/table.ts';
import { dayMarker } from '../ledger/days.ts';
import { recordIn } from '../ledger/item.ts';
import { dayOf, dueKey, INDEX, idInDueKey, stateKey, statusKeyOf } from '../ledger/keys.ts';
import type { SendError } from '../ledger/send.ts';
import { failUnclaimed, type RowId } from '../ledger/transitions.ts';
import {
  batchKey,
  type EmailBatch,
  type EmailRow,
  type EmailTry,
  firstItem,
  OPEN_BATCHES,
  toEmailRow,
} from './batch.ts';

export interface EmailStore {
  /** Writes the batch unless there is one. Resolves to the batch of this id, and whether this call wrote it. */
  create(batch: EmailBatch, dueAt: number): Promise<{ created: boolean; batch: EmailBatch }>;
  /** Writes the state items of these rows unless they exist. */
  addRows(batch: EmailBatch, rowNumbers: readonly number[]): Promise<void>;
  getBatch(batchId: string): Promise<EmailBatch | undefined>;
  /** The rows that are written, by number. Reads with consistency. */
  getRows(batch: EmailBatch): Promise<Map<number, EmailRow>>;
  getRow(id: RowId): Promise<EmailRow | undefined>;
  /** Ends an attempt that certainly failed: the row stays queued for the next provider. Undefined when the lease was lost. */
  recordFailedTry(id: RowId, leaseId: string, failed: EmailTry): Promise<EmailRow | undefined>;
  /** Ends a queued row without a lease in ERROR. False when it changed in the meantime. */
  giveUp(row: EmailRow, error: SendError): Promise<boolean>;
  /** Moves a retryable row from ERROR back to QUEUED for another round of tries. False when it changed in the meantime. */
  takeUp(row: EmailRow): Promise<boolean>;
  /** The ids of batches that are due for the sweep, the longest due first. */
  due(now: number, limit: number): Promise<string[]>;
  sweepAgain(batch: EmailBatch, dueAt: number): Promise<void>;
  /** Takes the batch out of the sweep. */
  close(batch: EmailBatch): Promise<void>;
}

/** Email batches and their rows in the sends table. */
export function createEmailStore(table: DynamoTable): EmailStore {
  const { client, clock } = table;
  const markDay = dayMarker(table);
  const rowExpires = ({ createdAt }: EmailBatch) => rowExpiresAt(table, Date.parse(createdAt));

  async function getBatch(batchId: string): Promise<EmailBatch | undefined> {
    const item = await read(table, batchKey(batchId));
    return item && recordIn<EmailBatch>(item);
  }

  return {
    getBatch,

    async create(batch, dueAt) {
      await markDay(dayOf(batch.createdAt));
      const { batchId } = batch;
      const sweepKeys = { statusKey: OPEN_BATCHES, createdKey: dueKey(dueAt, batchId) };
      const expiresAt = contentExpiresAt(Date.parse(batch.createdAt));
      if (await putIf(table, { ...batchKey(batchId), ...sweepKeys, ...batch, expiresAt })) {
        return { created: true, batch };
      }
      // A repeated call whose first answer was lost finds its own batch, which is the same in every part.
      return { created: false, batch: (await getBatch(batchId)) ?? batch };
    },

    async addRows(batch, rowNumbers) {
      await Promise.all(
        rowNumbers.map((rowNumber) => {
          const destination = batch.destinations[rowNumber - 1];
          return destination && putIf(table, firstItem(batch, rowNumber, destination.email, rowExpires(batch)));
        }),
      );
    },

    async getRows({ batchId, destinations }) {
      const keys = destinations.map((_, index) => stateKey(batchId, index + 1));
      const items = await readMany(table, keys, { consistent: true });
      return new Map(items.map((item) => [Number(item.rowNumber), toEmailRow(item)]));
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
          ':now': isoNow(clock),
        },
      });
      if (item) return toEmailRow(item);
      // A repeated call whose first answer was lost is refused too.
      const existing = await read(table, key);
      return existing?.lastLeaseId === leaseId && existing.status === 'QUEUED' ? toEmailRow(existing) : undefined;
    },

    giveUp: (row, error) => failUnclaimed(table, row, error),

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
          ':now': isoNow(clock),
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
          // `~` sorts after every batch id of this millisecond.
          ExpressionAttributeValues: { ':open': OPEN_BATCHES, ':now': dueKey(now, '~') },
          Limit: limit,
        }),
      );
      return Items.map(({ createdKey }) => idInDueKey(createdKey));
    },

    async sweepAgain({ batchId }, dueAt) {
      await updateIf(table, {
        key: batchKey(batchId),
        update: 'SET #createdKey = :due ADD #sweepCount :one',
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
