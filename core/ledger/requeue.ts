import { type DynamoTable, updateIf } from '../dynamodb/table.ts';
import { stateKey, statusKeyOf } from './keys.ts';
import type { RowId } from './transitions.ts';
import { errorOf, getRow, isoNow } from './transitions.ts';

/** What a redrive does with a row that is in ERROR. */
export type Requeue = 'retry' | 'resend';

/**
 * Moves a row from ERROR back to PENDING: a retryable one, or by `resend` an unconfirmed one, which keeps its error with the
 * operator's decision. A row that is elsewhere by now stays as it is: repeating changes nothing.
 */
export async function requeue(table: DynamoTable, id: RowId, how: Requeue): Promise<void> {
  const row = await getRow(table, id);
  if (row?.status !== 'ERROR') return;
  const again = how === 'resend';
  await updateIf(table, {
    key: stateKey(id.batchId, id.rowNumber),
    update:
      'SET #status = :pending, #statusKey = :statusKey, #updatedAt = :now' +
      (again ? ', #error.#resolution = :resent, #error.#message = :message' : ' REMOVE #error'),
    condition:
      '#status = :errorStatus AND attribute_not_exists(#leaseId) AND ' +
      (again
        ? '#error.#class = :unconfirmed AND attribute_not_exists(#error.#resolution)'
        : '#error.#retryable = :true'),
    values: {
      ':pending': 'PENDING',
      ':errorStatus': 'ERROR',
      ':statusKey': statusKeyOf(row, 'PENDING'),
      ':now': isoNow(table),
      ...(again
        ? {
            ':resent': 'resent',
            ':unconfirmed': 'unconfirmed',
            ':message': `${row.error?.message ?? ''} Sent again by an operator on ${isoNow(table)}.`.trim(),
          }
        : { ':true': true }),
    },
  });
}

/** Closes an unconfirmed row as it is: it blocks no further end. */
export async function accept(table: DynamoTable, id: RowId): Promise<void> {
  const row = await getRow(table, id);
  if (row?.status !== 'ERROR') return;
  await updateIf(table, {
    key: stateKey(id.batchId, id.rowNumber),
    update: 'SET #error.#resolution = :accepted, #error.#message = :message, #updatedAt = :now',
    condition: '#status = :errorStatus AND #error.#class = :unconfirmed AND attribute_not_exists(#error.#resolution)',
    values: {
      ':accepted': 'accepted',
      ':errorStatus': 'ERROR',
      ':unconfirmed': 'unconfirmed',
      ':message': `${row.error?.message ?? ''} Closed as it is by an operator on ${isoNow(table)}.`.trim(),
      ':now': isoNow(table),
    },
  });
}

/**
 * Ends a row that its workflow left PENDING or QUEUED with nobody holding it: in ERROR as NotDelivered, so that it is seen and
 * a redrive may send it. Whoever still has a message for it finds it ended. Answers whether it was so.
 */
export async function markForgotten(table: DynamoTable, id: RowId): Promise<boolean> {
  const row = await getRow(table, id);
  if (row?.status !== 'PENDING' && row?.status !== 'QUEUED') return false;
  const item = await updateIf(table, {
    key: stateKey(id.batchId, id.rowNumber),
    update: 'SET #status = :errorStatus, #statusKey = :statusKey, #error = :error, #updatedAt = :now',
    condition: '#status IN (:pending, :queued) AND attribute_not_exists(#leaseId)',
    values: {
      ':pending': 'PENDING',
      ':queued': 'QUEUED',
      ':errorStatus': 'ERROR',
      ':statusKey': statusKeyOf(row, 'ERROR'),
      ':error': errorOf('NotDelivered', `The workflow was over while this row was still ${row.status}.`),
      ':now': isoNow(table),
    },
  });
  return item !== undefined;
}
