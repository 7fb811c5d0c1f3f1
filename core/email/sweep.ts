import type { DynamoTable } from '../dynamodb/table.ts';
import { forEachConcurrently } from '../for-each.ts';
import { expire } from '../ledger/transitions.ts';
import type { Telemetry } from '../telemetry.ts';
import { type EmailBatch, rowsOf } from './batch.ts';
import type { EmailMessage, EmailQueue } from './queue.ts';
import type { EmailStore } from './store.ts';
import { firstSweepAt, planFor } from './sweep-plan.ts';

export interface EmailSweepDeps {
  table: DynamoTable;
  store: EmailStore;
  queue: EmailQueue;
  telemetry: Telemetry;
}

/** What one run of the sweep did: `batches` and `closed` in batches, the others in rows. */
export type Swept = {
  batches: number;
  closed: number;
  enqueued: number;
  takenUp: number;
  expired: number;
};

/** Batches that are swept at the same time. */
const CONCURRENCY = 20;
const PAGE = 200;

/**
 * Sweeps every batch that is due: writes rows and messages that a crash left out, records expired leases, and queues failed emails again.
 * Each of these may be repeated, also by two runs at the same time. Stops at `deadline`.
 */
export async function sweepEmails(deps: EmailSweepDeps, deadline: number): Promise<Swept> {
  const { table, store } = deps;
  const { clock } = table;
  const swept: Swept = { batches: 0, closed: 0, enqueued: 0, takenUp: 0, expired: 0 };
  const seen = new Set<string>();
  while (clock.now() < deadline) {
    // The index may still list batches that were just swept.
    const due = (await store.due(clock.now(), PAGE)).filter((batchId) => !seen.has(batchId));
    if (due.length === 0) break;
    for (const batchId of due) seen.add(batchId);
    await forEachConcurrently(CONCURRENCY, due, async (batchId) => {
      if (clock.now() < deadline) await trySweepBatch(deps, batchId, swept);
    });
  }
  return swept;
}

/** One batch that fails must not keep the others from being swept. It stays due. */
async function trySweepBatch(deps: EmailSweepDeps, batchId: string, swept: Swept): Promise<void> {
  try {
    const batch = await deps.store.getBatch(batchId);
    if (batch) await sweepBatch(deps, batch, swept);
  } catch (error) {
    deps.telemetry.error('A batch could not be swept; the next sweep tries again', { batchId, error });
  }
}

async function sweepBatch(
  { table, store, queue, telemetry }: EmailSweepDeps,
  batch: EmailBatch,
  swept: Swept,
): Promise<void> {
  swept.batches += 1;
  const written = await store.getRows(batch);
  const missing = batch.destinations.map((_, index) => index + 1).filter((rowNumber) => !written.has(rowNumber));
  await store.addRows(batch, missing);

  const messages: EmailMessage[] = [];
  const nextSweeps: number[] = [];
  for (const row of rowsOf(batch, written)) {
    const { action, nextSweepAt } = planFor(row, batch.sweepCount, table.clock.now());
    if (nextSweepAt !== undefined) nextSweeps.push(nextSweepAt);
    const { batchId, rowNumber } = row;
    if (action === 'expire' && row.lease) {
      const after = await expire(table, row, row.lease);
      if (after?.status === 'QUEUED') nextSweeps.push(firstSweepAt(table.clock.now()));
      else {
        telemetry.count('Unconfirmed');
        swept.expired += 1;
      }
    } else if (action === 'enqueue' || (action === 'take up' && (await store.takeUp(row)))) {
      messages.push({ batchId, rowNumber });
      swept[action === 'enqueue' ? 'enqueued' : 'takenUp'] += 1;
    }
  }
  await queue.send(messages);
  // Written after the messages, so that after a crash in between the batch is swept once more.
  if (nextSweeps.length > 0) await store.sweepAgain(batch, Math.min(...nextSweeps));
  else {
    await store.close(batch);
    swept.closed += 1;
  }
}
