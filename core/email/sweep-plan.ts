import { isOver, LEASE_MARGIN_MS } from '../ledger/transitions.ts';
import type { EmailRow } from './batch.ts';

const MINUTE = 60_000;

/** The sweep queues a failed email again until it is this old. */
export const MAX_AGE_MS = 24 * 60 * MINUTE;
/** It does so at most this often. The waits in between double, so the last one is some five hours after the first. */
export const MAX_SWEEPS = 6;
const FIRST_WAIT_MS = 5 * MINUTE;
/** A queued row that has not changed for this long gets another message. Two messages for one row do no harm. */
const OVERDUE_MS = MINUTE;
const MAX_INTERVAL_MS = 15 * MINUTE;

/** What the sweep does with a row, and when it visits the row again (never without `nextSweepAt`). */
export interface Plan {
  action: 'none' | 'enqueue' | 'expire' | 'take up';
  nextSweepAt?: number;
}

/** An email normally ends within seconds, so one that is still open after a minute is worth a visit. */
export const firstSweepAt = (acceptedAt: number): number => acceptedAt + MINUTE;

/** Decides by the row's state alone. `sweepCount` is how often its batch was swept before. */
export function planFor(row: EmailRow, sweepCount: number, now: number): Plan {
  const later = now + Math.min(MAX_INTERVAL_MS, MINUTE * 4 ** Math.min(sweepCount, 4));
  if (row.status === 'SENT') return { action: 'none' };
  if (row.lease) {
    // A lease that expires without a record makes the row unconfirmed, which only a person may resolve.
    return isOver(row.lease, now)
      ? { action: 'expire' }
      : { action: 'none', nextSweepAt: row.lease.leaseUntil + 2 * LEASE_MARGIN_MS };
  }
  if (row.status === 'QUEUED' || row.status === 'PENDING') {
    const overdue = now - Date.parse(row.updatedAt) >= OVERDUE_MS;
    return { action: overdue ? 'enqueue' : 'none', nextSweepAt: later };
  }
  const age = now - Date.parse(row.createdAt);
  if (!row.error?.retryable || row.sweeps >= MAX_SWEEPS || age >= MAX_AGE_MS) return { action: 'none' };
  const dueAt = Date.parse(row.lastAttemptAt ?? row.updatedAt) + FIRST_WAIT_MS * 2 ** row.sweeps;
  return now >= dueAt ? { action: 'take up', nextSweepAt: now + MINUTE } : { action: 'none', nextSweepAt: dueAt };
}
