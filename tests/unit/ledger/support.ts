import { PutCommand } from '@aws-sdk/lib-dynamodb';
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

/** Writes a row as the workflow does: the state item, and the content beside it. */
export async function putRow({ client, tableName }: DynamoTable, row: NewRow = {}): Promise<void> {
  const { batchId = 'b1', rowNumber = 1, status = 'PENDING', content = 'Hola', ...rest } = row;
  const { email = `row${rowNumber}@example.com`, createdAt = '2026-11-22T09:00:00.000Z', ...attributes } = rest;
  const subject = `Subject ${rowNumber}`;
  const state = {
    ...newStateItem({ batchId, rowNumber, email, subject, status, channel: 'campaign', createdAt }),
    ...attributes,
  };
  await client.send(new PutCommand({ TableName: tableName, Item: state }));
  await client.send(new PutCommand({ TableName: tableName, Item: { ...contentKey(batchId, rowNumber), content } }));
}
