import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { ItemStream } from '../dynamodb/item-stream.ts';
import type { DynamoTable } from '../dynamodb/table.ts';
import { DAYS_KEY, dayKey } from './keys.ts';

/**
 * Notes that sends of this day exist, before the first of them is written. The walk over days reads these markers: it meets
 * no empty day, and it ends where they do.
 */
export async function markDay(
  { client, tableName }: Pick<DynamoTable, 'client' | 'tableName'>,
  day: string,
): Promise<void> {
  await client.send(new PutCommand({ TableName: tableName, Item: dayKey(day) }));
}

/** The days with sends, newest first, both ends included. */
export async function* daysWithSends(
  table: DynamoTable,
  range: { from?: string; to?: string },
): AsyncGenerator<string> {
  const from = dayKey(range.from ?? '0000-01-01').sk;
  const to = dayKey(range.to ?? '9999-12-31').sk;
  if (to < from) return;
  const stream = new ItemStream(table, {
    KeyConditionExpression: 'pk = :days AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: {
      ':days': DAYS_KEY,
      ':from': from,
      ':to': to,
    },
    ScanIndexForward: false,
    ConsistentRead: true,
  });
  for (;;) {
    await stream.fill();
    if (!stream.head) return;
    yield String(stream.head.sk).slice('DAY#'.length);
    stream.take();
  }
}
