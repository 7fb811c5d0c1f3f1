import { PregonError } from '../errors.ts';
import { type CampaignRecord, hasEnded } from './campaign.ts';
import type { CampaignDeps } from './deps.ts';
import { applyExecution, countAtEndIfQuiet } from './outcome.ts';
import { campaignCursor } from './store.ts';

/**
 * All callers together describe an execution once in this time, because DescribeExecution has a quota of 15 a second for the account:
 * https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html. Workers and lists take the longer time, so that up to 30
 * running campaigns stay within the quota, however many instances there are; a stop through the API is on the record at once. They
 * notice a stop that was made elsewhere, and whose event was lost, within 5 s: this time, the age of their cache, and the delay of an
 * eventually consistent DescribeExecution, a second each.
 */
const SYNC_INTERVAL_MS = { opened: 1_000, followed: 2_000 };

/**
 * The campaign's record, brought up to date with its execution, because events may be lost. Undefined when there is none. `checkedAt` on
 * the record decides which caller describes the execution; the others take what is written.
 */
export async function refreshCampaign(deps: CampaignDeps, batchId: string): Promise<CampaignRecord | undefined> {
  const record = await deps.store.get(batchId);
  if (!record || record.status === 'SUCCEEDED') return record;
  const followed = await follow(deps, record, SYNC_INTERVAL_MS.opened);
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
    ...(hasEnded(record) ? record : await countAtEndIfQuiet(deps, await followRecord(deps, record))),
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
  return record && record.status !== 'SUCCEEDED' ? followRecord(deps, record) : record;
}

const followRecord = (deps: CampaignDeps, record: CampaignRecord) => follow(deps, record, SYNC_INTERVAL_MS.followed);

async function follow(deps: CampaignDeps, record: CampaignRecord, intervalMs: number): Promise<CampaignRecord> {
  // It has no execution before it is started.
  if (record.status === 'READY') return record;
  const now = deps.clock.now();
  // A time in the future is of a clock that was set back since.
  if (Math.abs(now - (record.checkedAt ?? 0)) < intervalMs) return record;
  const mine = await deps.store.update(record.batchId, {
    set: { checkedAt: now },
    ifBelow: { attribute: 'checkedAt', bound: now - intervalMs + 1, orAbove: now + intervalMs - 1 },
  });
  if (!mine) return record;
  // The next caller asks again, so this one does not wait for a busy or throttled service.
  return syncWithExecution(deps, mine, 'once');
}

/** Describes the execution now, also when another caller just did. */
async function syncWithExecution(deps: CampaignDeps, record: CampaignRecord, tries?: 'once'): Promise<CampaignRecord> {
  try {
    const state = await deps.executions.describe(record.batchId, tries);
    return state ? await applyExecution(deps, record, state) : record;
  } catch (error) {
    // The record is as old as the last event at most.
    deps.telemetry.warn('The execution could not be described', { batchId: record.batchId, error });
    return record;
  }
}
