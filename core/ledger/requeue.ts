import { isoNow } from '../clock.ts';
import { type DynamoTable, updateIf } from '../dynamodb/table.ts';
import { stateKey, statusKeyOf } from './keys.ts';
import type { LedgerRow } from './send.ts';
import { errorOf, failUnclaimed, getRow, type LedgerTable, type RowId } from './transitions.ts';

const IS_UNDECIDED = '#error.#class = :unconfirmed AND attribute_not_exists(#error.#resolution)';

/**
 * Moves a retryable row from ERROR back to PENDING. A row that has changed in the meantime stays as it is, so repeating the call changes
 * nothing. Rows that are moved at the same time share a call, because a campaign may have millions of them.
 */
export async function requeue(table: LedgerTable, row: RowId & Pick<LedgerRow, 'createdAt'>): Promise<void> {
  await table.moves.update({
    key: stateKey(row.batchId, row.rowNumber),
    update: `SET "status" = 'PENDING' SET "statusKey" = ? SET "updatedAt" = ? REMOVE "error"`,
    condition: `"status" = 'ERROR' AND "leaseId" IS MISSING AND "error"."retryable" = ?`,
    values: [statusKeyOf(row, 'PENDING'), isoNow(table.clock), true],
  });
}

/** The same for an unconfirmed row, whose error is kept with the operator's decision. */
export async function resend(table: DynamoTable, id: RowId): Promise<void> {
  const row = await getRow(table, id);
  if (row?.status !== 'ERROR') return;
  const now = isoNow(table.clock);
  await updateIf(table, {
    key: stateKey(id.batchId, id.rowNumber),
    update:
      'SET #status = :pending, #statusKey = :statusKey, #updatedAt = :now, #error.#resolution = :resent, #error.#message = :message',
    condition: `#status = :errorStatus AND attribute_not_exists(#leaseId) AND ${IS_UNDECIDED}`,
    values: {
      ':pending': 'PENDING',
      ':errorStatus': 'ERROR',
      ':statusKey': statusKeyOf(row, 'PENDING'),
      ':now': now,
      ':resent': 'resent',
      ':unconfirmed': 'unconfirmed',
      ':message': `${row.error?.message ?? ''} Sent again by an operator on ${now}.`.trim(),
    },
  });
}

/** Closes an unconfirmed row without sending it again, so that it no longer keeps its campaign from succeeding. */
export async function accept(table: DynamoTable, id: RowId): Promise<void> {
  const row = await getRow(table, id);
  if (row?.status !== 'ERROR') return;
  await updateIf(table, {
    key: stateKey(id.batchId, id.rowNumber),
    update: 'SET #error.#resolution = :accepted, #error.#message = :message, #updatedAt = :now',
    condition: `#status = :errorStatus AND ${IS_UNDECIDED}`,
    values: {
      ':accepted': 'accepted',
      ':errorStatus': 'ERROR',
      ':unconfirmed': 'unconfirmed',
      ':message': `${row.error?.message ?? ''} Closed as it is by an operator on ${isoNow(table.clock)}.`.trim(),
      ':now': isoNow(table.clock),
    },
  });
}

/**
 * Ends a row in ERROR NotDelivered that its workflow left PENDING or QUEUED without a lease, so that it is seen and a redrive may send
 * it. A message that is still queued for the row finds it ended. Resolves to whether the row was ended.
 */
export async function markForgotten(table: DynamoTable, id: RowId): Promise<boolean> {
  const row = await getRow(table, id);
  if (row?.status !== 'PENDING' && row?.status !== 'QUEUED') return false;
  const error = errorOf('NotDelivered', `The workflow ended while this row was still ${row.status}.`);
  return failUnclaimed(table, row, error, ['PENDING', 'QUEUED']);
}
