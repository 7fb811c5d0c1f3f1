import { QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { forEachAtOnce } from '../for-each.ts';
import { allShards, createdKey, dayOf, INDEX, progressKey, statusKey } from './keys.ts';
import type { SendStatus } from './send.ts';
import { type Item, type LedgerTable, namesIn, read } from './table.ts';

/** Somebody looks every second while a campaign runs: all at once they would hold up what the workers write. */
const AT_ONCE = 2;

const OPEN_UNCONFIRMED = '#error.#class = :unconfirmed AND attribute_not_exists(#error.#resolution)';

/**
 * How many rows of a batch have this status, by the index: cheap where they are few. `open` counts those among them that are
 * unconfirmed and not decided on.
 */
export async function countByStatus(
  { client, table }: LedgerTable,
  batch: { batchId: string; createdAt: string },
  status: SendStatus,
): Promise<{ total: number; unconfirmed: number }> {
  const counts = { total: 0, unconfirmed: 0 };
  const onlyErrors = {
    FilterExpression: OPEN_UNCONFIRMED,
    ExpressionAttributeNames: namesIn(OPEN_UNCONFIRMED),
  };
  await forEachAtOnce(AT_ONCE, allShards, async (shard) => {
    let start: Item | undefined;
    do {
      const { Count, ScannedCount, LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
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

/** Adds to the sends that a running batch shows as SENT. */
export async function addProgress({ client, table }: LedgerTable, batchId: string, sent: number): Promise<void> {
  await client.send(
    new UpdateCommand({
      TableName: table,
      Key: progressKey(batchId),
      UpdateExpression: 'ADD sent :sent',
      ExpressionAttributeValues: { ':sent': sent },
    }),
  );
}

/** What the workers have added so far. */
export async function readProgress(table: LedgerTable, batchId: string): Promise<number> {
  const item = await read(table, progressKey(batchId));
  return Number(item?.sent ?? 0);
}

/** Puts the counter right by an exact count: batches whose worker died before it added are missing in it. */
export async function setProgress({ client, table }: LedgerTable, batchId: string, sent: number): Promise<void> {
  await client.send(
    new UpdateCommand({
      TableName: table,
      Key: progressKey(batchId),
      UpdateExpression: 'SET sent = :sent',
      ExpressionAttributeValues: { ':sent': sent },
    }),
  );
}
