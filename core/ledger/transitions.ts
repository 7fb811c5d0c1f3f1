import { type DynamoTable, type Item, read, updateIf } from '../dynamodb/table.ts';
import { ERRORS, type ErrorCode } from '../errors.ts';
import { toRow } from './item.ts';
import { stateKey, statusKeyOf } from './keys.ts';
import type { Lease, LedgerRow, SendError } from './send.ts';

/** Names a row. */
export interface RowId {
  batchId: string;
  rowNumber: number;
}

/** What a claim met. Only `claimed` gives the right to send. */
export type Claim =
  | { result: 'claimed'; row: LedgerRow }
  | { result: 'sent' | 'error' | 'pending'; row: LedgerRow }
  | { result: 'leased' | 'expired'; row: LedgerRow; lease: Lease }
  | { result: 'missing' };

/** Two clocks may differ: a lease counts as over only this much after its end. */
export const LEASE_MARGIN_MS = 1_000;

export const isOver = (lease: Lease, now: number): boolean => lease.leaseUntil + LEASE_MARGIN_MS < now;

export interface ClaimOptions {
  /** By whom the row is to be sent: where no record follows, it is the one who may have taken it. */
  provider?: string;
  signal?: AbortSignal;
}

/**
 * Takes the right to send a QUEUED row that nobody holds. The same lease twice is one claim, and counts as one attempt. Given up by
 * the signal it rejects, and the lease should be released: it may have been taken.
 */
export async function claim(table: DynamoTable, id: RowId, lease: Lease, options: ClaimOptions = {}): Promise<Claim> {
  const { provider, signal } = options;
  const now = isoNow(table);
  const item = await updateIf(table, {
    key: stateKey(id.batchId, id.rowNumber),
    update:
      'SET #leaseId = :leaseId, #leaseUntil = :leaseUntil, #lastAttemptAt = :now, #updatedAt = :now, ' +
      `#attempts = if_not_exists(#attempts, :zero) + :one${provider === undefined ? '' : ', #provider = :provider'}`,
    condition: '#status = :queued AND attribute_not_exists(#leaseId)',
    values: {
      ':leaseId': lease.leaseId,
      ':leaseUntil': lease.leaseUntil,
      ':now': now,
      ':zero': 0,
      ':one': 1,
      ':queued': 'QUEUED',
      ...(provider === undefined ? {} : { ':provider': provider }),
    },
    ...(signal && { signal }),
  });
  if (item) return { result: 'claimed', row: toRow(item) };
  const row = await getRow(table, id);
  if (!row) return { result: 'missing' };
  // The SDK repeats a call whose answer was lost: the refusal may be by this very claim.
  if (row.lease?.leaseId === lease.leaseId) return { result: 'claimed', row };
  if (row.status === 'SENT') return { result: 'sent', row };
  if (row.status === 'ERROR') return { result: 'error', row };
  if (row.lease) {
    return { result: isOver(row.lease, table.clock.now()) ? 'expired' : 'leased', row, lease: row.lease };
  }
  // Neither held nor ended: either it is not queued yet, or it was released between the two calls.
  return row.status === 'PENDING' ? { result: 'pending', row } : claim(table, id, lease, options);
}

/** Gives a claim back where nothing was sent. A throttled or blocked attempt is not counted. False when the lease was not held. */
export async function release(
  table: DynamoTable,
  id: RowId,
  leaseId: string,
  { countAttempt }: { countAttempt: boolean },
): Promise<boolean> {
  const item = await updateIf(table, {
    key: stateKey(id.batchId, id.rowNumber),
    update: `SET #updatedAt = :now${countAttempt ? '' : ', #attempts = #attempts - :one'} REMOVE #leaseId, #leaseUntil`,
    condition: '#leaseId = :leaseId',
    values: { ':leaseId': leaseId, ':now': isoNow(table), ...(countAttempt ? {} : { ':one': 1 }) },
  });
  return item !== undefined;
}

/**
 * Records that the provider accepted the email. The holder may do so late too, when its lease was over and the row is
 * unconfirmed or queued again, as long as no other attempt holds it. True when the row is SENT by this very attempt.
 */
export async function recordSent(
  table: DynamoTable,
  row: LedgerRow,
  leaseId: string,
  accepted: { provider: string; messageId: string },
): Promise<boolean> {
  // A row that an operator had sent again keeps saying so.
  const keepError = row.error?.resolution === 'resent';
  const item = await updateIf(table, {
    key: stateKey(row.batchId, row.rowNumber),
    update:
      'SET #status = :sent, #statusKey = :statusKey, #provider = :provider, #messageId = :messageId, ' +
      `#lastLeaseId = :leaseId, #updatedAt = :now REMOVE #leaseId, #leaseUntil${keepError ? '' : ', #error'}`,
    condition:
      '#leaseId = :leaseId OR (#lastLeaseId = :leaseId AND attribute_not_exists(#leaseId) AND #status <> :sent)',
    values: {
      ':leaseId': leaseId,
      ':sent': 'SENT',
      ':statusKey': statusKeyOf(row, 'SENT'),
      ':provider': accepted.provider,
      ':messageId': accepted.messageId,
      ':now': isoNow(table),
    },
  });
  if (item) return true;
  const existing = await getRow(table, row);
  return existing?.status === 'SENT' && existing.lastLeaseId === leaseId;
}

/** Ends a claimed row in ERROR. True when the row is in ERROR by this very attempt. */
export async function recordError(
  table: DynamoTable,
  row: LedgerRow,
  leaseId: string,
  error: SendError,
): Promise<boolean> {
  const item = await updateIf(table, {
    key: stateKey(row.batchId, row.rowNumber),
    update:
      'SET #status = :errorStatus, #statusKey = :statusKey, #error = :error, #lastLeaseId = :leaseId, ' +
      '#updatedAt = :now REMOVE #leaseId, #leaseUntil',
    condition: '#leaseId = :leaseId',
    values: errorValues(table, row, leaseId, error),
  });
  if (item) return true;
  const existing = await getRow(table, row);
  return existing?.status === 'ERROR' && existing.lastLeaseId === leaseId;
}

/** A lease that ran out without a record: nobody knows whether the email left. It is never taken over. */
export async function expire(table: DynamoTable, id: RowId, lease: Lease): Promise<LedgerRow | undefined> {
  const row = await getRow(table, id);
  if (!row || row.lease?.leaseId !== lease.leaseId || !isOver(row.lease, table.clock.now())) return row;
  const over = new Date(lease.leaseUntil).toISOString();
  await recordError(
    table,
    row,
    lease.leaseId,
    errorOf('DeliveryUnconfirmed', `The worker that held this row until ${over} left no record of what it did.`),
  );
  return getRow(table, id);
}

/** A row of the table, read with consistency. */
export async function getRow(table: DynamoTable, { batchId, rowNumber }: RowId): Promise<LedgerRow | undefined> {
  const item = await read(table, stateKey(batchId, rowNumber));
  return item && toRow(item);
}

/** A catalogue error as a row shows it. */
export function errorOf(code: ErrorCode, message: string): SendError {
  const entry = ERRORS[code];
  return { code, class: entry.class, message, retryable: entry.retryable };
}

export const isoNow = ({ clock }: DynamoTable): string => new Date(clock.now()).toISOString();

const errorValues = (table: DynamoTable, row: LedgerRow, leaseId: string, error: SendError): Item => ({
  ':leaseId': leaseId,
  ':errorStatus': 'ERROR',
  ':statusKey': statusKeyOf(row, 'ERROR'),
  ':error': error,
  ':now': isoNow(table),
});
