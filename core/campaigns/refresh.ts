import { PregonError } from '../errors.ts';
import { type CampaignRecord, hasEnded } from './campaign.ts';
import type { CampaignDeps } from './deps.ts';
import { applyExecution, countAtEndIfQuiet } from './outcome.ts';
import { campaignCursor } from './store.ts';

/** All callers together describe an execution once in this time, because DescribeExecution has a quota of 15 a second for the account. */
export const SYNC_INTERVAL_MS = 1_000;

/**
 * The campaign's record, brought up to date with its execution, because events may be lost. Undefined when there is none. `checkedAt` on
 * the record decides which caller describes the execution; the others take what is written.
 */
export async function refreshCampaign(deps: CampaignDeps, batchId: string): Promise<CampaignRecord | undefined> {
  const record = await deps.store.get(batchId);
  if (!record || record.status === 'SUCCEEDED') return record;
  const followed = await follow(deps, record);
  return countAtEndIfQuiet(deps, followed);
}

/** A campaign and its place in the list. */
export type ListedCampaign = CampaignRecord & { readonly cursor: string };

/**
 * One page of campaigns, newest first, running ones brought up to date. Campaigns that have ended are not described: a redrive made
 * elsewhere is noticed when its campaign is opened. Throws BadRequest for a cursor that is not valid.
 */
export async function listCampaigns(
  deps: CampaignDeps,
  page: { limit: number; after?: string },
): Promise<{ campaigns: ListedCampaign[]; next?: string }> {
  const { campaigns, ...rest } = await deps.store.list(page);
  const upToDate = async (record: CampaignRecord): Promise<ListedCampaign> => ({
    ...(hasEnded(record) ? record : ((await refreshCampaign(deps, record.batchId)) ?? record)),
    cursor: campaignCursor(record),
  });
  return { campaigns: await Promise.all(campaigns.map(upToDate)), ...rest };
}

/** The campaign as Step Functions sees it at this moment, for a command on it. Throws NotFound. */
export async function currentCampaign(deps: CampaignDeps, batchId: string): Promise<CampaignRecord> {
  const record = await deps.store.get(batchId);
  if (!record) throw unknownCampaign(batchId);
  return record.status === 'SUCCEEDED' ? record : syncWithExecution(deps, record);
}

export const unknownCampaign = (batchId: string) => new PregonError('NotFound', `There is no campaign ${batchId}.`);

/** The campaign's current status without its counts, which is what a worker needs before it sends. */
export async function followCampaign(deps: CampaignDeps, batchId: string): Promise<CampaignRecord | undefined> {
  const record = await deps.store.get(batchId);
  return record && record.status !== 'SUCCEEDED' ? follow(deps, record) : record;
}

async function follow(deps: CampaignDeps, record: CampaignRecord): Promise<CampaignRecord> {
  const now = deps.clock.now();
  // A time in the future is of a clock that was set back since.
  if (Math.abs(now - (record.checkedAt ?? 0)) < SYNC_INTERVAL_MS) return record;
  const mine = await deps.store.update(record.batchId, {
    set: { checkedAt: now },
    ifBelow: { attribute: 'checkedAt', bound: now - SYNC_INTERVAL_MS + 1, orAbove: now + SYNC_INTERVAL_MS - 1 },
  });
  if (!mine) return record;
  return syncWithExecution(deps, mine);
}

/** Describes the execution now, also when another caller just did. */
export async function syncWithExecution(deps: CampaignDeps, record: CampaignRecord): Promise<CampaignRecord> {
  try {
    const state = await deps.executions.describe(record.batchId);
    return state ? await applyExecution(deps, record, state) : record;
  } catch (error) {
    // The record is as old as the last event at most. The next caller tries again in a second.
    deps.telemetry.warn('The execution could not be described', { batchId: record.batchId, error });
    return record;
  }
}
