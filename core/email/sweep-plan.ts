import { isOver, LEASE_MARGIN_MS } from '../ledger/transitions.ts';
import type { EmailRow } from './batch.ts';

const MINUTE = 60_000;

/** Until this age the sweep takes a failed send up again. */
export const MAX_AGE_MS = 24 * 60 * MINUTE;
/** This often at most; the waits between double, so the last is some five hours after the first. */
export const MAX_SWEEPS = 6;
const FIRST_WAIT_MS = 5 * MINUTE;
/** A queued row without a message of this age gets another one; two of them do no harm. */
const OVERDUE_MS = MINUTE;
const MAX_INTERVAL_MS = 15 * MINUTE;

/** What the sweep does with one row, and when it checks the row again (never without `nextSweepAt`). */
export interface Plan {
  action: 'none' | 'enqueue' | 'expire' | 'take up';
  nextSweepAt?: number;
}

/** An email normally ends within seconds; one that did not by then is worth a look. */
export const firstSweepAt = (acceptedAt: number): number => acceptedAt + MINUTE;

/** Decides on one row by its state alone. `sweepCount`: how often the sweep looked at its batch before. */
export function planFor(row: EmailRow, sweepCount: number, now: number): Plan {
  const later = now + Math.min(MAX_INTERVAL_MS, MINUTE * 4 ** Math.min(sweepCount, 4));
  if (row.status === 'SENT') return { action: 'none' };
  if (row.lease) {
    // Its record says then what became of it; one that ran out is unconfirmed, and that is for a person to decide.
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
