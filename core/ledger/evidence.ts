import { isoNow } from '../clock.ts';
import { type DynamoTable, updateIf } from '../dynamodb/table.ts';
import { stateKey, statusKeyOf } from './keys.ts';
import type { LedgerRow } from './send.ts';

/** What a provider says of a message: which attempt it was, and the id under which the provider accepted it. */
export interface Evidence {
  leaseId: string;
  messageId: string;
}

/**
 * Turns an unconfirmed row into SENT, because the provider had accepted its last attempt. Resolves to the row before, or to undefined when
 * it is not unconfirmed by this attempt, such as one that an operator has sent again since.
 */
export async function confirm(
  table: DynamoTable,
  row: LedgerRow,
  { leaseId, messageId }: Evidence,
): Promise<LedgerRow | undefined> {
  if (row.status !== 'ERROR' || row.error?.class !== 'unconfirmed' || row.lastLeaseId !== leaseId) return undefined;
  const item = await updateIf(table, {
    key: stateKey(row.batchId, row.rowNumber),
    update: 'SET #status = :sent, #statusKey = :statusKey, #messageId = :messageId, #updatedAt = :now REMOVE #error',
    condition: '#status = :errorStatus AND #lastLeaseId = :leaseId AND #error.#class = :unconfirmed',
    values: {
      ':sent': 'SENT',
      ':errorStatus': 'ERROR',
      ':unconfirmed': 'unconfirmed',
      ':statusKey': statusKeyOf(row, 'SENT'),
      ':messageId': messageId,
      ':leaseId': leaseId,
      ':now': isoNow(table.clock),
    },
  });
  return item && row;
}

/** The same by the proof that the row has kept. */
export const confirmIfProven = async (
  table: DynamoTable,
  row: LedgerRow | undefined,
): Promise<LedgerRow | undefined> => (row?.accepted ? confirm(table, row, row.accepted) : undefined);
