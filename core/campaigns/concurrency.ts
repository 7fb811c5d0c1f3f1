import { type DynamoTable, updateIf } from '../dynamodb/table.ts';
import { forEachConcurrently } from '../for-each.ts';
import { CAMPAIGN_LIMITERS, type CampaignLimiter, campaignLimiter } from '../limiter/rate.ts';
import { readLimiter, setCampaigns } from '../limiter/state.ts';
import { type CampaignRecord, hasEnded } from './campaign.ts';
import type { CampaignDeps } from './deps.ts';

/**
 * The concurrency of SendRows: as many children as have the rows that are sent in five seconds, divided by the campaigns that run. That keeps
 * the workers busy while finished rows make room, and a row waits seconds in the queue, not hours. Two is the least, so that one is ready while
 * the other is answered.
 */
export const concurrencyFor = (perSecond: number, rowsPerChild: number, campaigns = 1): number =>
  Math.min(1_000, Math.max(2, Math.ceil((5 * perSecond) / campaigns / rowsPerChild)));

/** A campaign up to this size has a child, and so an execution to look at, for each of its rows. */
const SINGLE_ROWS = 1_000;
const LEAST_ROWS = 10;
/** As many as statements in a BatchExecuteStatement. */
const MOST_ROWS = 25;
/** A Map Run dispatches at most 100 children a second, and a child's rows should not wait for their slots for much longer than a second. */
const CHILDREN_PER_SECOND = 4;

/**
 * How many rows a child of SendRows sends. Step Functions dispatches at most 100 Standard children a second in one Map Run, and each costs
 * its transitions, so a large campaign sends batches.
 */
export const rowsPerChildFor = (rows: number, perSecond: number): number =>
  rows <= SINGLE_ROWS ? 1 : Math.min(MOST_ROWS, Math.max(LEAST_ROWS, Math.ceil(perSecond / CHILDREN_PER_SECOND)));

/** Campaigns that are searched for running ones, newest first. */
const MAX_SCANNED = 500;
const PAGE = 100;

export type ShareDeps = Pick<CampaignDeps, 'store' | 'executions' | 'clock' | 'telemetry'> & { control: DynamoTable };

/** ListMapRuns and UpdateMapRun have a quota of one call a second, after a hundred at once. Campaigns that wait for it wait in order. */
const CONCURRENCY = 4;
/** Changes within this time are one change: ten campaigns that start together would otherwise each change all the others. */
const GATHER_MS = 2_000;

/**
 * Divides what may be in flight among the campaigns that run, so that none waits for the rows of another. Called whenever one starts or
 * ends: it writes their number to the limiter at once, where ReadRate finds it, and sets the concurrency of the running ones together with
 * the changes of the next two seconds. What is missed is made up for by the sweep, within a minute.
 */
export async function shareAfterChange(deps: ShareDeps): Promise<void> {
  const { clock, control } = deps;
  await noteCampaigns(deps, await runningCampaigns(deps));
  const now = clock.now();
  const claimed = await updateIf(control, {
    key: SHARE_KEY,
    update: 'SET #sharedAt = :now',
    // A time in the future was written before the clock was set back.
    condition: 'attribute_not_exists(#sharedAt) OR #sharedAt <= :before OR #sharedAt > :now',
    values: { ':now': now, ':before': now - GATHER_MS },
  });
  // Whoever claimed it reads the campaigns after this.
  if (!claimed) return;
  await clock.sleep(GATHER_MS);
  await shareRate(deps);
}

/** A campaign that sends asks its limiter far more often than this. */
const IDLE_MS = 2 * 60_000;

/** The same for a sweep, which reads no campaign while none sends. */
export async function shareWhileSending(deps: ShareDeps): Promise<void> {
  const limiters = await Promise.all(CAMPAIGN_LIMITERS.map((name) => readLimiter(deps.control, name)));
  const since = deps.clock.now() - IDLE_MS;
  if (limiters.some((limiter) => limiter && limiter.campaignAt > since)) await shareRate(deps);
}

/** The same at once: sets the concurrency of all running campaigns that have another. One that cannot be changed is logged. */
export async function shareRate(deps: ShareDeps): Promise<void> {
  const { executions, store, telemetry } = deps;
  const running = await runningCampaigns(deps);
  const limiters = await noteCampaigns(deps, running);
  await forEachConcurrently(CONCURRENCY, running, async ({ batchId, dryRun, rowsPerChild = 1, concurrency }) => {
    const { perSecond, campaigns } = limiters[campaignLimiter(dryRun)];
    const share = concurrencyFor(perSecond, rowsPerChild, campaigns);
    if (perSecond === 0 || share === concurrency) return;
    try {
      // Its Map Run may not have started yet, or may just have ended.
      if (await executions.setConcurrency(batchId, share)) await store.update(batchId, { set: { concurrency: share } });
    } catch (error) {
      telemetry.warn('The concurrency of a campaign could not be set', { batchId, error });
    }
  });
}

const SHARE_KEY = { pk: 'SHARE', sk: 'SHARE' };

/** Writes to each limiter how many campaigns use it. Resolves to that and the rates, which are 0 while they are not known. */
async function noteCampaigns({ control }: ShareDeps, running: readonly CampaignRecord[]) {
  const note = async (name: CampaignLimiter) => {
    const campaigns = running.filter(({ dryRun }) => campaignLimiter(dryRun) === name).length;
    const before = await readLimiter(control, name);
    if (before?.campaigns !== campaigns) await setCampaigns(control, name, campaigns);
    return { perSecond: before?.perSecond ?? 0, campaigns };
  };
  const [ses, dryRun] = await Promise.all([note('ses'), note('dry-run')]);
  return { ses, 'dry-run': dryRun };
}

/** The campaigns that send, or are about to. */
async function runningCampaigns({ store, clock }: ShareDeps): Promise<CampaignRecord[]> {
  const running: CampaignRecord[] = [];
  let after: string | undefined;
  for (let seen = 0; seen < MAX_SCANNED; seen += PAGE) {
    const page = await store.list({ limit: PAGE, ...(after === undefined ? {} : { after }) });
    running.push(...page.campaigns.filter((campaign) => isSending(campaign, clock.now())));
    after = page.next;
    if (after === undefined) break;
  }
  return running;
}

const isSending = (campaign: CampaignRecord, now: number): boolean =>
  !hasEnded(campaign) &&
  campaign.status !== 'READY' &&
  (campaign.status !== 'SCHEDULED' || Date.parse(campaign.sendAt ?? '') <= now);
