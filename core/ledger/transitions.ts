import { isoNow } from '../clock.ts';
import type { SharedUpdates, UpdateStatement } from '../dynamodb/shared-updates.ts';
import { type DynamoTable, type Item, read, readMany, updateIf } from '../dynamodb/table.ts';
import { ERRORS, type ErrorCode } from '../errors.ts';
import { confirmIfProven } from './evidence.ts';
import { toRow } from './item.ts';
import { sendIdOf, stateKey, statusKeyOf } from './keys.ts';
import type { FailedTry, Lease, LedgerRow, SendError, SendStatus } from './send.ts';

/** The table, and the updates of its rows that share calls. */
export interface LedgerTable extends DynamoTable {
  claims: SharedUpdates;
  outcomes: SharedUpdates;
  feedback: SharedUpdates;
  moves: SharedUpdates;
}

/** Names a row. */
export interface RowId {
  batchId: string;
  rowNumber: number;
}

/** The result of a claim. Only `claimed` gives the right to send. */
export type Claim =
  | { result: 'claimed'; row: LedgerRow }
  | { result: 'sent' | 'error' | 'pending'; row: LedgerRow }
  | { result: 'leased' | 'expired'; row: LedgerRow; lease: Lease }
  | { result: 'missing' };

/** Longer than a worker's timeout and its last send, because an expired lease is never taken over. */
export const LEASE_MS = 30_000;
/** A lease counts as expired only this long after its end, because two clocks may differ. */
export const LEASE_MARGIN_MS = 1_000;

/**
 * A lease that is found over is extended once by this much, the longest timeout of a worker. A process that was stopped, such as a laptop
 * asleep, wakes its workers all at once: one may find the lease of another that has had no time yet to end it.
 */
export const LEASE_GRACE_MS = 10_000;

/** The clocks of two workers differ by less. */
const MAX_CLOCK_SKEW_MS = 10_000;

export const isOver = (lease: Lease, now: number): boolean => lease.leaseUntil + LEASE_MARGIN_MS < now;

export interface ClaimOptions {
  /** The provider that is about to send the row. If no record follows, this is the provider that may have accepted it. */
  provider?: string;
  signal?: AbortSignal;
}

/**
 * Takes the right to send a QUEUED row that has no lease. Claims of the same moment share one call. The same lease twice is one claim and one
 * attempt. When the signal aborts it, the call rejects and the lease should be released, because the claim may have been written.
 */
export async function claim(table: LedgerTable, id: RowId, lease: Lease, options: ClaimOptions = {}): Promise<Claim> {
  const { provider, signal } = options;
  const now = isoNow(table.clock);
  const outcome = await table.claims.update({
    key: stateKey(id.batchId, id.rowNumber),
    update: `SET "leaseId" = ? SET "leaseUntil" = ? SET "lastAttemptAt" = ? SET "updatedAt" = ? SET "attempts" = "attempts" + ?${
      provider === undefined ? '' : ' SET "provider" = ?'
    }`,
    condition: `"status" = 'QUEUED' AND "leaseId" IS MISSING`,
    values: [lease.leaseId, lease.leaseUntil, now, now, 1, ...(provider === undefined ? [] : [provider])],
    ...(signal && { signal }),
  });
  if ('updated' in outcome) return { result: 'claimed', row: toRow(outcome.updated) };
  const row = outcome.refused ? toRow(outcome.refused) : await getRow(table, id);
  if (!row) return { result: 'missing' };
  // The SDK repeats a call whose answer was lost, so this very claim may have caused the refusal.
  if (row.lease?.leaseId === lease.leaseId) return { result: 'claimed', row };
  if (row.status === 'SENT') return { result: 'sent', row };
  if (row.status === 'ERROR') return { result: 'error', row };
  if (row.lease) {
    const existing = await bounded(table, id, row.lease);
    return { result: isOver(existing, table.clock.now()) ? 'expired' : 'leased', row, lease: existing };
  }
  // The row is not queued yet, or its lease was released between the two calls.
  return row.status === 'PENDING' ? { result: 'pending', row } : claim(table, id, lease, options);
}

/**
 * Shortens a lease that ends later than any lease taken now. It was taken before the clock was set back, and would hold its row until the
 * clock has caught up. Its holder does not depend on the end, because its function's timeout is shorter.
 */
async function bounded(table: DynamoTable, id: RowId, lease: Lease): Promise<Lease> {
  const now = table.clock.now();
  if (lease.leaseUntil <= now + LEASE_MS + MAX_CLOCK_SKEW_MS) return lease;
  const leaseUntil = now + LEASE_MS;
  await updateIf(table, {
    key: stateKey(id.batchId, id.rowNumber),
    update: 'SET #leaseUntil = :until',
    condition: '#leaseId = :leaseId AND #leaseUntil = :seen',
    values: { ':until': leaseUntil, ':leaseId': lease.leaseId, ':seen': lease.leaseUntil },
  });
  return { ...lease, leaseUntil };
}

/** Ends a claim when nothing was sent. Throttled and blocked attempts are not counted. False when the lease was not held. */
export async function release(
  table: LedgerTable,
  id: RowId,
  leaseId: string,
  { countAttempt }: { countAttempt: boolean },
): Promise<boolean> {
  const outcome = await table.outcomes.update({
    key: stateKey(id.batchId, id.rowNumber),
    update: `SET "updatedAt" = ?${countAttempt ? '' : ' SET "attempts" = "attempts" - ?'} REMOVE "leaseId" REMOVE "leaseUntil"`,
    condition: '"leaseId" = ?',
    values: [isoNow(table.clock), ...(countAttempt ? [] : [1]), leaseId],
  });
  return 'updated' in outcome;
}

/**
 * Ends a claim whose try failed and may succeed later: the row is PENDING, with the reason, until its workflow queues it again. Whoever
 * receives its message meanwhile knows so that it has failed. False when the lease was not held.
 */
export async function recordFailedTry(
  table: LedgerTable,
  row: LedgerRow,
  leaseId: string,
  { code, message }: FailedTry,
): Promise<boolean> {
  const outcome = await table.outcomes.update({
    key: stateKey(row.batchId, row.rowNumber),
    update: `SET "status" = 'PENDING' SET "statusKey" = ? SET "failedTry" = ? SET "updatedAt" = ? REMOVE "leaseId" REMOVE "leaseUntil"`,
    condition: '"leaseId" = ?',
    values: [statusKeyOf(row, 'PENDING'), { code, message }, isoNow(table.clock), leaseId],
  });
  return 'updated' in outcome;
}

/**
 * Records that the provider accepted the email. The holder may still record it after its lease expired, when the row is unconfirmed or
 * queued again and no other attempt holds it. True when the row is SENT by this very attempt.
 */
export async function recordSent(
  table: LedgerTable,
  row: LedgerRow,
  leaseId: string,
  accepted: { provider: string; messageId: string },
): Promise<boolean> {
  // A row that an operator resent keeps the error that says so.
  const keepError = row.error?.resolution === 'resent';
  const { provider, messageId } = accepted;
  return record(table, row, 'SENT', leaseId, {
    update: `SET "status" = 'SENT' SET "statusKey" = ? SET "provider" = ? SET "messageId" = ? SET "lastLeaseId" = ? SET "updatedAt" = ?
      REMOVE "leaseId" REMOVE "leaseUntil"${keepError ? '' : ' REMOVE "error"'}`,
    condition: `"leaseId" = ? OR ("lastLeaseId" = ? AND "leaseId" IS MISSING AND "status" <> 'SENT')`,
    values: [statusKeyOf(row, 'SENT'), provider, messageId, leaseId, isoNow(table.clock), leaseId, leaseId],
  });
}

/**
 * Ends a claimed row in ERROR. True when the row is in ERROR by this very attempt. An unconfirmed attempt that an event of the provider
 * has proved before becomes SENT instead.
 */
export async function recordError(
  table: LedgerTable,
  row: LedgerRow,
  leaseId: string,
  error: SendError,
): Promise<boolean> {
  const recorded = await record(table, row, 'ERROR', leaseId, {
    update: `SET "status" = 'ERROR' SET "statusKey" = ? SET "error" = ? SET "lastLeaseId" = ? SET "updatedAt" = ?
      REMOVE "leaseId" REMOVE "leaseUntil"`,
    condition: '"leaseId" = ?',
    values: [statusKeyOf(row, 'ERROR'), error, leaseId, isoNow(table.clock), leaseId],
  });
  if (recorded && error.class === 'unconfirmed') await confirmIfProven(table, await getRow(table, row));
  return recorded;
}

/** Records an outcome. After a refusal it tells whether this attempt ended the row all the same, by a call whose answer was lost. */
async function record(
  table: LedgerTable,
  id: RowId,
  status: SendStatus,
  leaseId: string,
  statement: Omit<UpdateStatement, 'key'>,
): Promise<boolean> {
  const key = stateKey(id.batchId, id.rowNumber);
  const outcome = await table.outcomes.update({ key, ...statement });
  if ('updated' in outcome) return true;
  const row = outcome.refused ? toRow(outcome.refused) : await getRow(table, id);
  return row?.status === status && row.lastLeaseId === leaseId;
}

/** Ends a row without a lease in ERROR, while it has one of these statuses. False when it changed in the meantime. */
export async function failUnclaimed(
  table: DynamoTable,
  row: Pick<LedgerRow, 'batchId' | 'rowNumber' | 'createdAt'>,
  error: SendError,
  statuses: readonly SendStatus[] = ['QUEUED'],
): Promise<boolean> {
  const allowed = Object.fromEntries(statuses.map((status, n) => [`:from${n}`, status]));
  const item = await updateIf(table, {
    key: stateKey(row.batchId, row.rowNumber),
    update: TO_ERROR,
    condition: `#status IN (${Object.keys(allowed).join(', ')}) AND attribute_not_exists(#leaseId)`,
    values: { ...errorValues(table, row, error), ...allowed },
  });
  return item !== undefined;
}

/**
 * Ends a lease that is over and was extended; extends it the first time. Resolves to the row, which has the lease as long as it is not ended.
 * The lease left no record, so nobody knows whether the email was sent, and the row is never taken over.
 */
export async function expire(table: DynamoTable, id: RowId, { leaseId }: Lease): Promise<LedgerRow | undefined> {
  const row = await getRow(table, id);
  if (row?.lease?.leaseId !== leaseId) return row;
  const lease = await bounded(table, id, row.lease);
  if (!isOver(lease, table.clock.now())) return { ...row, lease };
  if (!lease.extended) return extend(table, id, lease);
  const until = new Date(lease.leaseUntil).toISOString();
  const message = `The worker that held this row until ${until} left no record of what it did.`;
  await updateIf(table, {
    key: stateKey(id.batchId, id.rowNumber),
    update: `${TO_ERROR}, #lastLeaseId = :leaseId REMOVE #leaseId, #leaseUntil`,
    condition: '#leaseId = :leaseId',
    values: { ...errorValues(table, row, errorOf('DeliveryUnconfirmed', message)), ':leaseId': leaseId },
  });
  const ended = await getRow(table, id);
  return (await confirmIfProven(table, ended)) ? getRow(table, id) : ended;
}

async function extend(table: DynamoTable, id: RowId, { leaseId, leaseUntil }: Lease): Promise<LedgerRow | undefined> {
  const item = await updateIf(table, {
    key: stateKey(id.batchId, id.rowNumber),
    update: 'SET #leaseUntil = :until, #extendedLeaseId = :leaseId',
    condition: '#leaseId = :leaseId AND #leaseUntil = :seen',
    values: { ':until': table.clock.now() + LEASE_GRACE_MS, ':leaseId': leaseId, ':seen': leaseUntil },
  });
  return item ? toRow(item) : getRow(table, id);
}

/** Reads rows with consistency, by `<batchId>-<rowNumber>`. Those that do not exist are left out. */
export async function getRows(table: DynamoTable, ids: readonly RowId[]): Promise<Map<string, LedgerRow>> {
  // By key, because a row may be named twice and BatchGetItem refuses a key that is.
  const keys = new Map(
    ids.map(({ batchId, rowNumber }) => [sendIdOf(batchId, rowNumber), stateKey(batchId, rowNumber)]),
  );
  const items = await readMany(table, [...keys.values()], { consistent: true });
  return new Map(items.map((item) => [sendIdOf(String(item.batchId), Number(item.rowNumber)), toRow(item)]));
}

/** Reads a row with consistency. */
export async function getRow(table: DynamoTable, { batchId, rowNumber }: RowId): Promise<LedgerRow | undefined> {
  const item = await read(table, stateKey(batchId, rowNumber));
  return item && toRow(item);
}

/** An error of the catalogue as a row stores it. */
export function errorOf(code: ErrorCode, message: string): SendError {
  const entry = ERRORS[code];
  return { code, class: entry.class, message, retryable: entry.retryable };
}

const TO_ERROR = 'SET #status = :errorStatus, #statusKey = :statusKey, #error = :error, #updatedAt = :now';

const errorValues = (table: DynamoTable, row: Pick<LedgerRow, 'createdAt' | 'rowNumber'>, error: SendError): Item => ({
  ':errorStatus': 'ERROR',
  ':statusKey': statusKeyOf(row, 'ERROR'),
  ':error': error,
  ':now': isoNow(table.clock),
});
