import type { Clock } from '../clock.ts';
import { forEachConcurrently } from '../for-each.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { RowState } from '../ledger/scan.ts';
import type { Lease } from '../ledger/send.ts';
import { isOver } from '../ledger/transitions.ts';
import type { Counts } from './campaign.ts';

/** The exact counts of a batch. */
export interface Tally {
  counts: Counts;
  /** In ERROR; a provider may have accepted them, and nobody has decided about them. */
  unconfirmed: number;
  /** In ERROR, and a redrive may send them. */
  retryable: number;
  /** PENDING or QUEUED, without a lease. */
  open: number[];
  leased: { rowNumber: number; lease: Lease }[];
}

export const isOpenUnconfirmed = ({ status, error }: RowState): boolean =>
  status === 'ERROR' && error?.class === 'unconfirmed' && error.resolution === undefined;

export const isRetryable = ({ status, error }: RowState): boolean => status === 'ERROR' && error?.retryable === true;

/** Counts a batch by consistent reads of every row. */
export async function tally(ledger: Ledger, batchId: string): Promise<Tally> {
  const result: Tally = {
    counts: { PENDING: 0, QUEUED: 0, SENT: 0, ERROR: 0 },
    unconfirmed: 0,
    retryable: 0,
    open: [],
    leased: [],
  };
  await ledger.scanBatch(batchId, (row) => {
    result.counts[row.status] += 1;
    if (isOpenUnconfirmed(row)) result.unconfirmed += 1;
    if (isRetryable(row)) result.retryable += 1;
    if (row.lease) result.leased.push({ rowNumber: row.rowNumber, lease: row.lease });
    else if (row.status === 'PENDING' || row.status === 'QUEUED') result.open.push(row.rowNumber);
  });
  return result;
}

const RECHECK_MS = 500;
/** Leases that are ended at the same time. */
const CONCURRENCY = 64;

interface TallyDeps {
  ledger: Ledger;
  clock: Clock;
}

/**
 * Counts a batch once no row has a lease: waits for live leases and records expired ones as unconfirmed. Resolves to undefined when the
 * count is no longer wanted, because workers that send again would leave no moment without leases.
 */
export async function tallyWithoutLeases(deps: TallyDeps, batchId: string): Promise<Tally>;
export async function tallyWithoutLeases(
  deps: TallyDeps,
  batchId: string,
  isWanted: () => Promise<boolean>,
): Promise<Tally | undefined>;
export async function tallyWithoutLeases(
  { ledger, clock }: TallyDeps,
  batchId: string,
  isWanted?: () => Promise<boolean>,
): Promise<Tally | undefined> {
  for (;;) {
    if (isWanted && !(await isWanted())) return undefined;
    const found = await tally(ledger, batchId);
    if (found.leased.length === 0) return found;
    await Promise.all(
      found.leased.map(({ rowNumber, lease }) => waitOut({ ledger, clock }, { batchId, rowNumber }, lease)),
    );
  }
}

/** The same without waiting. Undefined while a row has a live lease. */
export async function tallyIfQuiet({ ledger, clock }: TallyDeps, batchId: string): Promise<Tally | undefined> {
  const found = await tally(ledger, batchId);
  if (found.leased.length === 0) return found;
  const now = clock.now();
  if (found.leased.some(({ lease }) => !isOver(lease, now))) return undefined;
  await forEachConcurrently(CONCURRENCY, found.leased, ({ rowNumber, lease }) =>
    ledger.expire({ batchId, rowNumber }, lease),
  );
  const after = await tally(ledger, batchId);
  return after.leased.length === 0 ? after : undefined;
}

async function waitOut(
  { ledger, clock }: TallyDeps,
  id: { batchId: string; rowNumber: number },
  lease: Lease,
): Promise<void> {
  for (;;) {
    const row = await ledger.expire(id, lease);
    if (row?.lease?.leaseId !== lease.leaseId) return;
    await clock.sleep(RECHECK_MS);
  }
}
