import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { markDay } from '../../../core/ledger/days.ts';
import { createdKey, dayOf, shardOf, stateKey, statusKey } from '../../../core/ledger/keys.ts';
import type { Send } from '../../../core/ledger/send.ts';
import { openTable } from '../support/table.ts';

/** A ledger table; `put` writes sends as the workflow registers them. */
export async function openLedgerTable() {
  const { client, tableName, close } = await openTable();

  async function put(sends: readonly Send[]): Promise<void> {
    for (const day of new Set(sends.map((send) => dayOf(send.createdAt)))) await markDay({ client, tableName }, day);
    await Promise.all(sends.map((send) => client.send(new PutCommand({ TableName: tableName, Item: itemOf(send) }))));
  }

  return { client, tableName, put, close };
}

const itemOf = ({ sendId: _id, ...send }: Send) => ({
  ...stateKey(send.batchId, send.rowNumber),
  ...send,
  statusKey: statusKey(send.status, dayOf(send.createdAt), shardOf(send.rowNumber)),
  createdKey: createdKey(send.createdAt, send.batchId, send.rowNumber),
  address: send.email.toLowerCase(),
});
