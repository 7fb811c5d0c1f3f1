import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type DynamoTable, type Item, namesIn } from '../dynamodb/table.ts';
import { forEachConcurrently } from '../for-each.ts';
import { allShards, createdKey, dayOf, INDEX, statusKey } from './keys.ts';
import type { SendStatus } from './send.ts';

/**
 * Shards that are counted at once. Progress is read every second while a campaign runs, and more queries at once would slow down the workers'
 * writes. SENT and ERROR may be all rows, in a request of 29 s: 2,000,000 of some 400 bytes are 800 pages of 1 MB, 8 at once.
 */
const CONCURRENCY: Readonly<Record<SendStatus, number>> = { PENDING: 2, QUEUED: 2, SENT: 8, ERROR: 8 };

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
  await forEachConcurrently(CONCURRENCY[status], allShards, async (shard) => {
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
