import { QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { rowExpiresAt } from '../dynamodb/expiry.ts';
import { type DynamoTable, type Item, namesIn, read } from '../dynamodb/table.ts';
import { forEachConcurrently } from '../for-each.ts';
import { allShards, createdKey, dayOf, INDEX, progressKey, statusKey } from './keys.ts';
import type { SendStatus } from './send.ts';

/** Progress is read every second while a campaign runs. More concurrent queries would slow down the workers' writes. */
const CONCURRENCY = 2;

const OPEN_UNCONFIRMED = '#error.#class = :unconfirmed AND attribute_not_exists(#error.#resolution)';

/** Counts the rows of a batch with this status by the index, and those in ERROR that are unconfirmed and undecided. Cheap when they are few. */
export async function countByStatus(
  { client, tableName }: DynamoTable,
  batch: { batchId: string; createdAt: string },
  status: SendStatus,
): Promise<{ total: number; unconfirmed: number }> {
  const counts = { total: 0, unconfirmed: 0 };
  const onlyErrors = {
    FilterExpression: OPEN_UNCONFIRMED,
    ExpressionAttributeNames: namesIn(OPEN_UNCONFIRMED),
  };
  await forEachConcurrently(CONCURRENCY, allShards, async (shard) => {
    let start: Item | undefined;
    do {
      const { Count, ScannedCount, LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: tableName,
          IndexName: INDEX.byStatus,
          Select: 'COUNT',
          KeyConditionExpression: 'statusKey = :status AND begins_with(createdKey, :batch)',
          ...(status === 'ERROR' ? onlyErrors : {}),
          ExpressionAttributeValues: {
            ':status': statusKey(status, dayOf(batch.createdAt), shard),
            ':batch': createdKey(batch.createdAt, batch.batchId, 0).slice(0, -8),
            ...(status === 'ERROR' ? { ':unconfirmed': 'unconfirmed' } : {}),
          },
          ...(start ? { ExclusiveStartKey: start } : {}),
        }),
      );
      counts.total += ScannedCount ?? 0;
      counts.unconfirmed += status === 'ERROR' ? (Count ?? 0) : 0;
      start = LastEvaluatedKey;
    } while (start);
  });
  return counts;
}

const changeProgress =
  (expression: string) =>
  async (table: DynamoTable, batchId: string, sent: number): Promise<void> => {
    await table.client.send(
      new UpdateCommand({
        TableName: table.tableName,
        Key: progressKey(batchId),
        UpdateExpression: expression,
        ExpressionAttributeValues: { ':sent': sent, ':expiresAt': rowExpiresAt(table, table.clock.now()) },
      }),
    );
  };

/** Adds to the number of rows that a running batch shows as SENT. */
export const addProgress = changeProgress('ADD sent :sent SET expiresAt = :expiresAt');
/** Sets that number to an exact count. Rows whose worker died before it added them were missing. */
export const setProgress = changeProgress('SET sent = :sent, expiresAt = :expiresAt');

/** The number that the workers have added so far. */
export async function readProgress(table: DynamoTable, batchId: string): Promise<number> {
  const item = await read(table, progressKey(batchId));
  return Number(item?.sent ?? 0);
}
