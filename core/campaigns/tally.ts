import type { Clock } from '../clock.ts';
import { forEachConcurrently } from '../for-each.ts';
import { type Breakdown, BreakdownCounter } from '../ledger/breakdown.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { RowState } from '../ledger/scan.ts';
import type { Lease } from '../ledger/send.ts';
import { isOver, type RowId } from '../ledger/transitions.ts';
import type { Telemetry } from '../telemetry.ts';
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
  breakdown: Breakdown;
}

/** What the record of a campaign keeps of it at an end. Events of SES may still confirm rows; the retryable ones stay until a redrive. */
export const finalCountsOf = ({ counts, unconfirmed, retryable }: Tally) => ({ ...counts, unconfirmed, retryable });

export const isOpenUnconfirmed = ({ status, error }: RowState): boolean =>
  status === 'ERROR' && error?.class === 'unconfirmed' && error.resolution === undefined;

export const isRetryable = ({ status, error }: RowState): boolean => status === 'ERROR' && error?.retryable === true;

/** Counts a batch by consistent reads of every row. */
export async function tally(ledger: Ledger, batchId: string): Promise<Tally> {
  const breakdown = new BreakdownCounter();
  const result: Omit<Tally, 'breakdown'> = {
    counts: { PENDING: 0, QUEUED: 0, SENT: 0, ERROR: 0 },
    unconfirmed: 0,
    retryable: 0,
    open: [],
    leased: [],
  };
  await ledger.scanBatch(batchId, (row) => {
    result.counts[row.status] += 1;
    breakdown.addRow(row);
    if (isOpenUnconfirmed(row)) result.unconfirmed += 1;
    if (isRetryable(row)) result.retryable += 1;
    if (row.lease) result.leased.push({ rowNumber: row.rowNumber, lease: row.lease });
    else if (row.status === 'PENDING' || row.status === 'QUEUED') result.open.push(row.rowNumber);
  });
  return { ...result, breakdown: breakdown.result() };
}

const RECHECK_MS = 500;
/** Leases that are ended at the same time. */
const CONCURRENCY = 64;

interface TallyDeps {
  ledger: Ledger;
  clock: Clock;
  telemetry: Pick<Telemetry, 'count'>;
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
  deps: TallyDeps,
  batchId: string,
  isWanted?: () => Promise<boolean>,
): Promise<Tally | undefined> {
  for (;;) {
    if (isWanted && !(await isWanted())) return undefined;
    const found = await tally(deps.ledger, batchId);
    if (found.leased.length === 0) return found;
    await Promise.all(found.leased.map(({ rowNumber, lease }) => waitOut(deps, { batchId, rowNumber }, lease)));
  }
}

/** The same without waiting. Undefined while a row has a live lease. */
export async function tallyIfQuiet(deps: TallyDeps, batchId: string): Promise<Tally | undefined> {
  const { ledger, clock } = deps;
  const found = await tally(ledger, batchId);
  if (found.leased.length === 0) return found;
  const now = clock.now();
  if (found.leased.some(({ lease }) => !isOver(lease, now))) return undefined;
  await forEachConcurrently(CONCURRENCY, found.leased, ({ rowNumber, lease }) =>
    endLease(deps, { batchId, rowNumber }, lease),
  );
  const after = await tally(ledger, batchId);
  return after.leased.length === 0 ? after : undefined;
}

async function waitOut(deps: TallyDeps, id: RowId, lease: Lease): Promise<void> {
  while (!(await endLease(deps, id, lease))) await deps.clock.sleep(RECHECK_MS);
}

/** Resolves to true once the lease is over. A row whose lease expired is counted, because no worker found it. */
async function endLease({ ledger, telemetry }: TallyDeps, id: RowId, lease: Lease): Promise<boolean> {
  const row = await ledger.expire(id, lease);
  if (row?.lease?.leaseId === lease.leaseId) return false;
  if (row && isOpenUnconfirmed(row)) telemetry.count('Unconfirmed');
  return true;
}
