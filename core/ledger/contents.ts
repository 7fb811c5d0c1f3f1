import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { contentKey } from './keys.ts';
import type { Item, LedgerTable } from './table.ts';
import type { RowId } from './transitions.ts';

/** The rendered contents of up to 100 rows in one call, by `<batchId>-<rowNumber>`; a row without content is missing. */
export async function readContents(
  { client, table }: LedgerTable,
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
      new BatchGetCommand({ RequestItems: { [table]: { Keys: left } } }),
    );
    for (const item of Responses?.[table] ?? []) {
      const sendId = byKey.get(`${item.pk}/${item.sk}`);
      if (sendId !== undefined) contents.set(sendId, String(item.content));
    }
    left = UnprocessedKeys?.[table]?.Keys ?? [];
  }
  return contents;
}
