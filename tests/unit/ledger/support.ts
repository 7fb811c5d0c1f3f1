import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { type Clock, systemClock } from '../../../core/clock.ts';
import type { DynamoTable } from '../../../core/dynamodb/table.ts';
import { newStateItem } from '../../../core/ledger/item.ts';
import { contentKey } from '../../../core/ledger/keys.ts';
import type { SendStatus } from '../../../core/ledger/send.ts';
import { openTable } from '../support/table.ts';

/** A table of its own, with a clock: a ledger's. */
export async function openLedgerTable(clock: Clock = systemClock): Promise<DynamoTable & { close(): Promise<void> }> {
  return { ...(await openTable()), clock };
}

/** Time that moves only when a test moves it; a sleep moves it too. */
export function movedClock(start = Date.parse('2026-11-22T10:00:00.000Z')) {
  let now = start;
  const clock: Clock = {
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
  };
  return {
    clock,
    move(ms: number) {
      now += ms;
    },
  };
}

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
