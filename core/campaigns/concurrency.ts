import { forEachConcurrently } from '../for-each.ts';
import { type CampaignRecord, hasEnded } from './campaign.ts';
import type { CampaignDeps } from './deps.ts';

/**
 * The concurrency of SendRows: as many children as have the rows that are sent in five seconds. That keeps the workers busy while finished
 * rows make room, and a row waits seconds in the queue, not hours. Two is the least, so that one is ready while the other is answered.
 */
export const concurrencyFor = (perSecond: number, rowsPerChild: number): number =>
  Math.min(1_000, Math.max(2, Math.ceil((perSecond * 5) / rowsPerChild)));

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

type Deps = Pick<CampaignDeps, 'store' | 'executions' | 'telemetry'>;

/** ListMapRuns and UpdateMapRun have a quota of one call a second, after a hundred at once. Campaigns that wait for it wait in order. */
const CONCURRENCY = 4;

/** Sets the concurrency of all running campaigns. A campaign that cannot be changed is logged, because it may just have ended. */
export async function setConcurrency(deps: Deps, perSecond: number): Promise<void> {
  const { executions, telemetry } = deps;
  await forEachConcurrently(CONCURRENCY, await runningCampaigns(deps), async ({ batchId, rowsPerChild = 1 }) => {
    try {
      await executions.setConcurrency(batchId, concurrencyFor(perSecond, rowsPerChild));
    } catch (error) {
      telemetry.warn('The concurrency of a campaign could not be set', { batchId, error });
    }
  });
}

async function runningCampaigns({ store }: Deps): Promise<CampaignRecord[]> {
  const running: CampaignRecord[] = [];
  let after: string | undefined;
  for (let seen = 0; seen < MAX_SCANNED; seen += PAGE) {
    const page = await store.list({ limit: PAGE, ...(after === undefined ? {} : { after }) });
    running.push(...page.campaigns.filter((campaign) => !hasEnded(campaign) && campaign.status !== 'READY'));
    after = page.next;
    if (after === undefined) break;
  }
  return running;
}
