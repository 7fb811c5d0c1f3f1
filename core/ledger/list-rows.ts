import { addressKey } from '../csv/address.ts';
import { ItemStream, merge } from '../dynamodb/item-stream.ts';
import { type DynamoTable, type Item, isPartitionKey, readMany } from '../dynamodb/table.ts';
import { PregonError } from '../errors.ts';
import { toSend } from './item.ts';
import { allShards, createdKey, dayOf, INDEX, statusKey } from './keys.ts';
import { createdKeyIn, cursorOf, type ListedSend, type SendPage } from './listed-send.ts';
import { SEND_STATUSES, type Send, type SendStatus } from './send.ts';

export interface RowFilter {
  statuses?: readonly SendStatus[];
  /** In any case. */
  email?: string;
}

interface Batch {
  batchId: string;
  createdAt: string;
}

/**
 * One page of the rows of a batch, in the order of its file. Its work does not grow with the batch. Throws BadRequest for a cursor that is
 * not of this batch.
 */
export async function listRows(
  table: DynamoTable,
  batch: Batch,
  { statuses = SEND_STATUSES, email }: RowFilter,
  { limit, after }: { limit: number; after?: string | undefined },
): Promise<SendPage> {
  const place = after === undefined ? rowKey(batch, 0) : placeIn(batch, after);
  const wanted = new Set<string>(statuses);
  const items =
    email === undefined
      ? byStatus(table, batch, [...wanted] as SendStatus[], { place, limit })
      : byAddress(table, batch, email, place);
  const sends: ListedSend[] = [];
  for await (const item of items) {
    const send = toSend(item);
    if (!wanted.has(send.status)) continue;
    const previous = sends.at(-1);
    // A row whose status changed while the page was read appears in both statuses. The later state counts.
    if (previous?.rowNumber === send.rowNumber) {
      if (send.updatedAt > previous.updatedAt) sends[sends.length - 1] = { ...send, cursor: previous.cursor };
      continue;
    }
    if (previous && sends.length === limit) return { sends, next: previous.cursor };
    sends.push({ ...send, cursor: cursorOf(String(item.createdKey)) });
  }
  return { sends };
}

/** The rows of a batch in these statuses, in the order of its file. Read from the index, so the work follows their number. */
export async function* rowsInStatus(
  table: DynamoTable,
  batch: Batch,
  statuses: readonly SendStatus[],
): AsyncGenerator<Send> {
  let last = 0;
  for await (const item of byStatus(table, batch, statuses, { place: rowKey(batch, 0) })) {
    const send = toSend(item);
    // A row whose status changed while the list was read appears in both statuses.
    if (send.rowNumber !== last) yield send;
    last = send.rowNumber;
  }
}

const rowKey = ({ batchId, createdAt }: Batch, rowNumber: number) => createdKey(createdAt, batchId, rowNumber);
const prefixOf = (batch: Batch) => rowKey(batch, 0).slice(0, -8);
/** Sorts after every row of the batch. */
const endOf = (batch: Batch) => `${prefixOf(batch)}~`;

function placeIn(batch: Batch, cursor: string): string {
  const problem = '`after` is not a valid cursor: use the `next` of the page before, of this campaign.';
  const place = createdKeyIn(cursor, /#\d{8}$/, problem);
  if (!place.startsWith(prefixOf(batch))) throw new PregonError('BadRequest', problem);
  return place;
}

/** The rows in these statuses behind the place, merged from all shards. */
async function* byStatus(
  table: DynamoTable,
  batch: Batch,
  statuses: readonly SendStatus[],
  { place, limit }: { place: string; limit?: number },
): AsyncGenerator<Item> {
  const perStream = limit && Math.max(8, Math.ceil((2 * limit) / (statuses.length * allShards.length)));
  const streams = statuses.flatMap((status) =>
    allShards.map(
      (shard) =>
        new ItemStream(table, {
          IndexName: INDEX.byStatus,
          KeyConditionExpression: 'statusKey = :status AND createdKey BETWEEN :place AND :end',
          ExpressionAttributeValues: {
            ':status': statusKey(status, dayOf(batch.createdAt), shard),
            ':place': place,
            ':end': endOf(batch),
          },
          ...(perStream !== undefined && { Limit: perStream }),
        }),
    ),
  );
  const inOrder = merge(streams, (a, b) => String(a.createdKey) < String(b.createdKey));
  // BETWEEN includes the place itself.
  for await (const item of inOrder) if (item.createdKey !== place) yield item;
}

/** The row of an address: a file has each address once. */
async function* byAddress(table: DynamoTable, batch: Batch, email: string, place: string): AsyncGenerator<Item> {
  const address = addressKey(email);
  if (!isPartitionKey(address)) return;
  const keys = new ItemStream(table, {
    IndexName: INDEX.byAddress,
    KeyConditionExpression: 'address = :address AND createdKey BETWEEN :place AND :end',
    ExpressionAttributeValues: { ':address': address, ':place': place, ':end': endOf(batch) },
  });
  for await (const { pk, sk, createdKey: found } of keys) {
    if (found !== place) yield* await readMany(table, [{ pk: String(pk), sk: String(sk) }]);
  }
}
