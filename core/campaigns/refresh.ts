import type { CampaignRecord } from './campaign.ts';
import type { CampaignDeps } from './deps.ts';
import { describeExecution } from './execution.ts';
import { executionArnOf } from './identity.ts';
import { applyExecution, countAtEndIfQuiet } from './outcome.ts';

/**
 * DescribeExecution is asked at most once in this time for one campaign, by all callers together: its quota is 15 a second
 * for the account.
 */
export const SYNC_INTERVAL_MS = 1_000;

/**
 * The campaign's record, brought up to date with its execution: events may be lost. Undefined when there is none.
 * A stamp on the record decides who asks; the others take what is written.
 */
export async function refreshCampaign(deps: CampaignDeps, batchId: string): Promise<CampaignRecord | undefined> {
  const record = await deps.store.get(batchId);
  if (!record || record.status === 'SUCCEEDED') return record;
  const followed = await follow(deps, record);
  return countAtEndIfQuiet(deps, followed);
}

/** Only where the campaign stands, not its counts: what a worker asks before it sends. */
export async function followCampaign(deps: CampaignDeps, batchId: string): Promise<CampaignRecord | undefined> {
  const record = await deps.store.get(batchId);
  return record && record.status !== 'SUCCEEDED' ? follow(deps, record) : record;
}

async function follow(deps: CampaignDeps, record: CampaignRecord): Promise<CampaignRecord> {
  const now = deps.clock.now();
  if (now - (record.checkedAt ?? 0) < SYNC_INTERVAL_MS) return record;
  const mine = await deps.store.update(record.batchId, {
    set: { checkedAt: now },
    ifBelow: { attribute: 'checkedAt', bound: now - SYNC_INTERVAL_MS + 1 },
  });
  if (!mine) return record;
  return syncWithExecution(deps, mine);
}

/** Asks Step Functions now, whoever asked before. */
export async function syncWithExecution(deps: CampaignDeps, record: CampaignRecord): Promise<CampaignRecord> {
  try {
    const state = await describeExecution(deps.sfn, executionArnOf(deps.stateMachineArn, record.batchId));
    return state ? await applyExecution(deps, record, state) : record;
  } catch (error) {
    // What is written is at worst as old as the last event; the next look comes in a second.
    deps.telemetry.warn('The execution could not be described', { batchId: record.batchId, error });
    return record;
  }
}
