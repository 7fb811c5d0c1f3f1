import type { DynamoTable } from '../dynamodb/table.ts';
import { expire, isOver } from '../ledger/transitions.ts';
import type { Telemetry } from '../telemetry.ts';
import { rowOf } from './item.ts';
import type { RequestQueue } from './queue.ts';
import type { RequestStore } from './store.ts';

export interface RequestSweepDeps {
  table: DynamoTable;
  store: Pick<RequestStore, 'getRow' | 'touch' | 'untouchedSince'>;
  queue: RequestQueue;
  /** Milliseconds between two sends, which is what one message adds to the wait of the messages behind it. */
  spacingMs: number;
  telemetry: Telemetry;
}

/** What one run of the sweep did, in requests. */
export type RequestsSwept = {
  checked: number;
  enqueued: number;
  expired: number;
};

/** Longer than a message stays hidden after its worker died. */
const OVERDUE_MS = 90_000;
/** A message may wait for twice the slots of the messages before it, because some of them are retried. */
const WAIT_FACTOR = 2;

/**
 * Finds processing requests that can have no message any more and queues them. Records expired leases as unconfirmed. The time that a
 * message may take grows with the queue's length, so a long backlog is left alone. Stops at `deadline`.
 */
export async function sweepRequests(deps: RequestSweepDeps, deadline: number): Promise<RequestsSwept> {
  const { store, queue, spacingMs } = deps;
  const { clock } = deps.table;
  const swept: RequestsSwept = { checked: 0, enqueued: 0, expired: 0 };
  const wait = OVERDUE_MS + WAIT_FACTOR * spacingMs * (await queue.depth());
  for await (const id of store.untouchedSince(clock.now() - wait)) {
    if (clock.now() >= deadline) break;
    swept.checked += 1;
    try {
      await sweepRequest(deps, id, swept);
    } catch (error) {
      // One request that fails must not keep the others from being swept.
      deps.telemetry.error('A request could not be swept; the next sweep tries again', { id, error });
    }
  }
  return swept;
}

async function sweepRequest({ table, store, queue, telemetry }: RequestSweepDeps, id: string, swept: RequestsSwept) {
  const row = await store.getRow(id);
  if (row?.status !== 'QUEUED') return;
  if (row.lease) {
    if (!isOver(row.lease, table.clock.now())) return;
    const after = await expire(table, rowOf(id), row.lease);
    // The lease was extended, or its holder has just ended it. A later sweep decides.
    if (after?.status === 'QUEUED') return;
    telemetry.count('Unconfirmed');
    swept.expired += 1;
  } else if (await store.touch(row)) {
    // Sent after the touch, so that two concurrent runs send one message. After a crash in between, a later run sends it.
    await queue.send(id);
    telemetry.count('RequestSwept');
    swept.enqueued += 1;
  }
}
