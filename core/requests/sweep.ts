import type { DynamoTable } from '../dynamodb/table.ts';
import { expire, isOver } from '../ledger/transitions.ts';
import type { Telemetry } from '../telemetry.ts';
import { rowOf } from './item.ts';
import type { RequestQueue } from './queue.ts';
import type { RequestStore } from './store.ts';

export interface RequestSweepDeps {
  table: DynamoTable;
  store: RequestStore;
  queue: RequestQueue;
  /** Milliseconds between two sends: what one message adds to the wait of those behind it. */
  spacingMs: number;
  telemetry: Telemetry;
}

/** What one run of the sweep did, in requests. */
export type RequestsSwept = {
  looked: number;
  enqueued: number;
  expired: number;
};

/** Longer than a message stays hidden after its worker died. */
const OVERDUE_MS = 90_000;
/** A message may wait for twice the slots of those before it: some of them are tried again. */
const WAIT_FACTOR = 2;

/**
 * Finds requests that are processing though no message can be on its way any more: they get one; leases that ran out are recorded.
 * How long a message may take follows from the queue's length, so a long backlog is left alone. Stops at `deadline`.
 */
export async function sweepRequests(deps: RequestSweepDeps, deadline: number): Promise<RequestsSwept> {
  const { store, queue, spacingMs } = deps;
  const { clock } = deps.table;
  const swept: RequestsSwept = { looked: 0, enqueued: 0, expired: 0 };
  const wait = OVERDUE_MS + WAIT_FACTOR * spacingMs * (await queue.depth());
  for await (const id of store.untouchedSince(clock.now() - wait)) {
    if (clock.now() >= deadline) break;
    swept.looked += 1;
    try {
      await sweepRequest(deps, id, swept);
    } catch (error) {
      // One that fails must not keep the others from their turn.
      deps.telemetry.error('The sweep could not look at a request; it will again', { id, error });
    }
  }
  return swept;
}

async function sweepRequest({ table, store, queue, telemetry }: RequestSweepDeps, id: string, swept: RequestsSwept) {
  const row = await store.getRow(id);
  if (row?.status !== 'QUEUED') return;
  if (row.lease) {
    if (!isOver(row.lease, table.clock.now())) return;
    await expire(table, rowOf(id), row.lease);
    telemetry.count('Unconfirmed');
    swept.expired += 1;
  } else if (await store.touch(row)) {
    // After the note, so that two runs at once send one message; a crash in between means another look.
    await queue.send(id);
    telemetry.count('RequestSwept');
    swept.enqueued += 1;
  }
}
