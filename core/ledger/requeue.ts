import { isoNow } from '../clock.ts';
import { type DynamoTable, updateIf } from '../dynamodb/table.ts';
import { stateKey, statusKeyOf } from './keys.ts';
import { errorOf, failUnclaimed, getRow, type RowId } from './transitions.ts';

/** What a redrive does with a row that is in ERROR. */
export type Requeue = 'retry' | 'resend';

const IS_UNDECIDED = '#error.#class = :unconfirmed AND attribute_not_exists(#error.#resolution)';

/**
 * Moves a row from ERROR back to PENDING: a retryable row, or with `resend` an unconfirmed one, whose error is kept with the operator's
 * decision. A row that has changed in the meantime stays as it is, so repeating the call changes nothing.
 */
export async function requeue(table: DynamoTable, id: RowId, how: Requeue): Promise<void> {
  const row = await getRow(table, id);
  if (row?.status !== 'ERROR') return;
  const resend = how === 'resend';
  await updateIf(table, {
    key: stateKey(id.batchId, id.rowNumber),
    update:
      'SET #status = :pending, #statusKey = :statusKey, #updatedAt = :now' +
      (resend ? ', #error.#resolution = :resent, #error.#message = :message' : ' REMOVE #error'),
    condition:
      '#status = :errorStatus AND attribute_not_exists(#leaseId) AND ' +
      (resend ? IS_UNDECIDED : '#error.#retryable = :true'),
    values: {
      ':pending': 'PENDING',
      ':errorStatus': 'ERROR',
      ':statusKey': statusKeyOf(row, 'PENDING'),
      ':now': isoNow(table.clock),
      ...(resend
        ? {
            ':resent': 'resent',
            ':unconfirmed': 'unconfirmed',
            ':message': `${row.error?.message ?? ''} Sent again by an operator on ${isoNow(table.clock)}.`.trim(),
          }
        : { ':true': true }),
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
