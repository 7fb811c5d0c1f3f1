import { ItemStream, merge } from '../dynamodb/item-stream.ts';
import { type DynamoTable, type Item, namesIn, readMany } from '../dynamodb/table.ts';
import { forEachConcurrently } from '../for-each.ts';
import { toRow } from './item.ts';
import { allShards, contentKey, LISTED, sendIdOf } from './keys.ts';
import type { LedgerRow } from './send.ts';
import type { RowId } from './transitions.ts';

/** The state items of one shard, by row number. The content items beside them are not read. */
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

/** Every row of a batch, by row number. Reads with consistency; memory does not grow with the batch. */
export async function* rowsOfBatch(table: DynamoTable, batchId: string): AsyncGenerator<LedgerRow> {
  const attributes = [...LISTED, 'leaseId', 'leaseUntil', 'lastLeaseId'];
  const streams = allShards.map((shard) => shardOfBatch(table, batchId, shard, attributes));
  for await (const item of merge(streams, (a, b) => Number(a.rowNumber) < Number(b.rowNumber))) yield toRow(item);
}

/** What the end of a campaign needs to know about a row. */
export type RowState = Pick<LedgerRow, 'rowNumber' | 'status' | 'error' | 'lease' | 'lastAttemptAt' | 'updatedAt'>;

/** Shards that are read at the same time: a page of each takes some 10 MB of memory, and a busy table answers more of them late. */
const CONCURRENCY = 8;

/** Reads the state of every row of a batch with consistency, in no order. */
export async function scanBatch(table: DynamoTable, batchId: string, visit: (row: RowState) => void): Promise<void> {
  const attributes = [
    'rowNumber',
    'status',
    'error',
    'leaseId',
    'leaseUntil',
    'lastAttemptAt',
    'updatedAt',
    'expiresAt',
  ];
  await forEachConcurrently(CONCURRENCY, allShards, async (shard) => {
    for await (const item of shardOfBatch(table, batchId, shard, attributes)) visit(toState(item));
  });
}

function toState(item: Item): RowState {
  const { rowNumber, status, updatedAt, error, lease, lastAttemptAt } = toRow(item);
  return {
    rowNumber,
    status,
    updatedAt,
    ...(error && { error }),
    ...(lease && { lease }),
    ...(lastAttemptAt !== undefined && { lastAttemptAt }),
  };
}

/** The rendered contents of rows, by `<batchId>-<rowNumber>`. Rows without content are left out. */
export async function readContents(table: DynamoTable, ids: readonly RowId[]): Promise<Map<string, string>> {
  // By key, because a row may be named twice and BatchGetItem refuses a key that is.
  const wanted = new Map(
    ids.map(({ batchId, rowNumber }) => {
      const key = contentKey(batchId, rowNumber);
      return [`${key.pk}/${key.sk}`, { key, sendId: sendIdOf(batchId, rowNumber) }];
    }),
  );
  const keys = [...wanted.values()].map(({ key }) => key);
  const items = await readMany(table, keys);
  return new Map(items.map(({ pk, sk, content }) => [wanted.get(`${pk}/${sk}`)?.sendId ?? '', String(content)]));
}
