import { type DynamoTable, updateIf } from '../../../core/dynamodb/table.ts';
import { stateKey, statusKeyOf } from '../../../core/ledger/keys.ts';
import type { SendStatus } from '../../../core/ledger/send.ts';
import { getRow, type RowId } from '../../../core/ledger/transitions.ts';

/** Gives a row another state, with these attributes. */
export async function setRow(
  table: DynamoTable,
  id: RowId,
  status: SendStatus,
  more: Record<string, unknown> = {},
): Promise<void> {
  const row = await getRow(table, id);
  if (!row) throw new Error(`There is no row ${id.rowNumber}`);
  const values = { status, statusKey: statusKeyOf(row, status), ...more };
  await updateIf(table, {
    key: stateKey(id.batchId, id.rowNumber),
    update: `SET ${Object.keys(values)
      .map((name) => `#${name} = :${name}`)
      .join(', ')}`,
    condition: 'attribute_exists(#pk)',
    values: Object.fromEntries(Object.entries(values).map(([name, value]) => [`:${name}`, value])),
  });
}
