import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { lastRowExpiresAt } from '../dynamodb/expiry.ts';
import { ItemStream } from '../dynamodb/item-stream.ts';
import type { DynamoTable } from '../dynamodb/table.ts';
import { DAYS_KEY, dayKey } from './keys.ts';

/**
 * Notes that sends of this day exist. Call it before the first of them is written: lists walk over these markers, so that they read
 * no empty day and know where the sends end.
 */
export async function markDay(table: DynamoTable, day: string): Promise<void> {
  const { client, tableName, clock } = table;
  const Item = { ...dayKey(day), expiresAt: lastRowExpiresAt(table, clock.now()) };
  await client.send(new PutCommand({ TableName: tableName, Item }));
}

/** `markDay` for functions that write many sends a day: it writes only when the day changes. */
export function dayMarker(table: DynamoTable): (day: string) => Promise<void> {
  let marked = '';
  return async (day) => {
    if (marked === day) return;
    await markDay(table, day);
    marked = day;
  };
}

/** The days with sends, newest first, both ends included. */
export async function* daysWithSends(
  table: DynamoTable,
  range: { from?: string; to?: string },
): AsyncGenerator<string> {
  const from = dayKey(range.from ?? '0000-01-01').sk;
  const to = dayKey(range.to ?? '9999-12-31').sk;
  if (to < from) return;
  const markers = new ItemStream(table, {
    KeyConditionExpression: 'pk = :days AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: { ':days': DAYS_KEY, ':from': from, ':to': to },
    ScanIndexForward: false,
    ConsistentRead: true,
  });
  for await (const { sk } of markers) yield String(sk).slice('DAY#'.length);
}
