import type { CampaignRecord } from './campaign.ts';
import type { Executions } from './executions.ts';
import { executionInputOf } from './identity.ts';
import { type RowsClaimDeps, sealRows } from './rows-claim.ts';
import type { CampaignStore } from './store.ts';

/**
 * The name of an execution is free again 90 days after its end. A record that is still INGESTING then has missed the update after its
 * start, so starting it again could send everything twice.
 */
const START_WINDOW_MS = 80 * 24 * 60 * 60 * 1000;

export interface StartDeps extends RowsClaimDeps {
  executions: Pick<Executions, 'start'>;
  bucket: string;
  store: Pick<CampaignStore, 'create' | 'get' | 'update' | 'discard'>;
}

/**
 * Starts the execution of a campaign unless that was done, and writes it to the record. It may be repeated by anyone at any time: the
 * name and the input are made from the record, and only a record that is INGESTING leads to a start. When another batch has taken over
 * the rows, it discards this record and resolves to the record of that batch.
 */
export async function ensureStarted(deps: StartDeps, record: CampaignRecord): Promise<CampaignRecord> {
  const { executions, store, clock, bucket } = deps;
  if (record.status !== 'INGESTING' || clock.now() - Date.parse(record.createdAt) > START_WINDOW_MS) return record;
  const other = await sealRows(deps, record);
  if (other) {
    await store.discard(record);
    return ensureStarted(deps, other);
  }
  await executions.start(record.batchId, JSON.stringify(executionInputOf(record, bucket)));
  const now = clock.now();
  const waits = record.sendAt !== undefined && Date.parse(record.sendAt) > now;
  const started = await store.update(record.batchId, {
    set: waits ? { status: 'SCHEDULED' } : { status: 'RUNNING', startedAt: new Date(now).toISOString() },
    // A short campaign may have ended, and its end may be recorded, by now.
    ifStatus: ['INGESTING'],
  });
  return started ?? (await store.get(record.batchId)) ?? record;
}
