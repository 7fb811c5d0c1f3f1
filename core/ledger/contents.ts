import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import type { DynamoTable, Item } from '../dynamodb/table.ts';
import { contentKey } from './keys.ts';
import type { RowId } from './transitions.ts';

/** The rendered contents of up to 100 rows in one call, by `<batchId>-<rowNumber>`; a row without content is missing. */
export async function readContents(
  { client, tableName }: DynamoTable,
  ids: readonly RowId[],
): Promise<Map<string, string>> {
  const byKey = new Map<string, string>();
  for (const { batchId, rowNumber } of ids) {
    const { pk, sk } = contentKey(batchId, rowNumber);
    byKey.set(`${pk}/${sk}`, `${batchId}-${rowNumber}`);
  }
  const contents = new Map<string, string>();
  let left: Item[] = [...byKey.keys()].map((key) => {
    const [pk, sk] = key.split('/');
    return { pk, sk };
  });
  while (left.length > 0) {
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetCommand({ RequestItems: { [tableName]: { Keys: left } } }),
    );
    for (const item of Responses?.[tableName] ?? []) {
      const sendId = byKey.get(`${item.pk}/${item.sk}`);
      if (sendId !== undefined) contents.set(sendId, String(item.content));
    }
    left = UnprocessedKeys?.[tableName]?.Keys ?? [];
  }
  return contents;
}
