import type { ExecutionStatus } from '../execution/execution.ts';

const KEYS = {
  PENDING: 'pending',
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  TIMED_OUT: 'timedOut',
  ABORTED: 'aborted',
  PENDING_REDRIVE: 'pendingRedrive',
} as const satisfies Record<ExecutionStatus, string>;

export type Counts = Record<(typeof KEYS)[ExecutionStatus], number>;

const none = (): Counts => ({
  pending: 0,
  running: 0,
  succeeded: 0,
  failed: 0,
  timedOut: 0,
  aborted: 0,
  pendingRedrive: 0,
});

export const totalOf = (counts: Counts): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

/** The numbers of children of a Map Run, and of items in them, by status. */
export class ChildCounts {
  readonly executions = none();
  readonly items = none();

  /** Adds to the numbers of one status; negative numbers subtract. */
  add(status: ExecutionStatus, executions: number, items: number): void {
    this.executions[KEYS[status]] += executions;
    this.items[KEYS[status]] += items;
  }

  move(from: ExecutionStatus, to: ExecutionStatus, items: number): void {
    this.add(from, -1, -items);
    this.add(to, 1, items);
  }

  /** Items of children that failed or timed out: ToleratedFailureCount and Percentage count items, also in batches. */
  get failedItems(): number {
    return this.items.failed + this.items.timedOut;
  }
}
