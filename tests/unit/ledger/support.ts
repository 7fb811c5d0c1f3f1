import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoTable } from '../../../core/dynamodb/table.ts';
import { newStateItem } from '../../../core/ledger/item.ts';
import { contentKey } from '../../../core/ledger/keys.ts';
import type { SendStatus } from '../../../core/ledger/send.ts';

export interface NewRow {
  batchId?: string;
  rowNumber?: number;
  status?: SendStatus;
  email?: string;
  createdAt?: string;
  campaignId?: string;
  content?: string;
  [attribute: string]: unknown;
}

/** When rows were created that do not say it. */
export const CREATED_AT = '2026-11-22T09:00:00.000Z';

/** In seconds since the epoch: later than any test. */
const NEVER = 4_102_444_800;

/** Writes rows as the workflow does: for each the state item, and the content beside it. */
export async function putRows({ client, tableName }: DynamoTable, rows: readonly NewRow[]): Promise<void> {
  const puts = rows.flatMap(itemsOf).map((Item) => ({ PutRequest: { Item } }));
  // BatchWriteItem takes 25.
  const batches = Array.from({ length: Math.ceil(puts.length / 25) }, (_, n) => puts.slice(25 * n, 25 * (n + 1)));
  await Promise.all(
    batches.map((batch) => client.send(new BatchWriteCommand({ RequestItems: { [tableName]: batch } }))),
  );
}

function itemsOf(row: NewRow) {
  const { batchId = 'b1', rowNumber = 1, status = 'PENDING', content = 'Hola', ...rest } = row;
  const { email = `row${rowNumber}@example.com`, createdAt = CREATED_AT, ...attributes } = rest;
  const subject = `Subject ${rowNumber}`;
  const state = newStateItem({
    batchId,
    rowNumber,
    email,
    subject,
    status,
    channel: 'campaign',
    createdAt,
    expiresAt: NEVER,
  });
  return [
    { ...state, ...attributes },
    { ...contentKey(batchId, rowNumber), content },
  ];
}
