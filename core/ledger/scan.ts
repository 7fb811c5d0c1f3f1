import { ItemStream, merge } from '../dynamodb/item-stream.ts';
import { type DynamoTable, type Item, namesIn } from '../dynamodb/table.ts';
import { toRow } from './item.ts';
import { allShards, LISTED } from './keys.ts';
import type { LedgerRow } from './send.ts';

/** The state items of one shard, by row; the content items beside them are not read. */
const shardOfBatch = (table: DynamoTable, batchId: string, shard: string, attributes: readonly string[]) => {
  const projection = attributes.map((name) => `#${name}`).join(', ');
  return new ItemStream(table, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :state)',
    ExpressionAttributeValues: { ':pk': `${batchId}#${shard}`, ':state': 'S#' },
    ProjectionExpression: projection,
    ExpressionAttributeNames: namesIn(projection),
    ConsistentRead: true,
  });
};

/** Every row of a batch as it stands in the table, by row number. Reads with consistency; memory does not grow with the batch. */
export async function* rowsOfBatch(table: DynamoTable, batchId: string): AsyncGenerator<LedgerRow> {
  const attributes = [...LISTED, 'leaseId', 'leaseUntil', 'lastLeaseId'];
  const streams = allShards.map((shard) => shardOfBatch(table, batchId, shard, attributes));
  for await (const item of merge(streams, (a, b) => Number(a.rowNumber) < Number(b.rowNumber))) yield toRow(item);
}

/** What an end of a campaign needs to know of a row. */
export type RowState = Pick<LedgerRow, 'rowNumber' | 'status' | 'error' | 'lease'>;

/** Reads the state of every row of a batch with consistency, in no order, all shards at once. */
export async function scanBatch(table: DynamoTable, batchId: string, visit: (row: RowState) => void): Promise<void> {
  await Promise.all(
    allShards.map(async (shard) => {
      const stream = shardOfBatch(table, batchId, shard, ['rowNumber', 'status', 'error', 'leaseId', 'leaseUntil']);
      for (;;) {
        await stream.fill();
        if (!stream.head) return;
        visit(toState(stream.head));
        stream.take();
      }
    }),
  );
}

function toState(item: Item): RowState {
  const { rowNumber, status, error, lease } = toRow(item);
  return { rowNumber, status, ...(error && { error }), ...(lease && { lease }) };
}
