import type { SesAccount } from '../delivery/providers/ses.ts';
import { PregonError } from '../errors.ts';
import { forEachConcurrently } from '../for-each.ts';
import { type CampaignRecord, hasEnded } from './campaign.ts';
import { freeQuota, QUOTA_WINDOW_MS } from './daily-quota.ts';
import type { CampaignDeps } from './deps.ts';
import { campaignProgress } from './progress.ts';
import type { QuotaStop, QuotaStops } from './quota-stops.ts';
import { redriveCampaign, redriveUntil } from './redrive.ts';
import { refreshCampaign } from './refresh.ts';

export interface QuotaSweepDeps extends CampaignDeps {
  quotaStops: Pick<QuotaStops, 'list' | 'remove'>;
  account(): Promise<SesAccount>;
}

/** What one run did, in campaigns. */
export type QuotaSwept = { continued: number; waiting: number; failed: number };

/** Campaigns that are looked up at the same time. */
const CONCURRENCY = 10;
/** The first pause after a stop. It doubles with every redrive up to 2 to the power of MAX_DOUBLINGS. */
const PAUSE_MS = 60_000;
const MAX_DOUBLINGS = 6;

type Waiting = CampaignRecord & { nextRetryAt: string };

/** A campaign that waits or runs, and the rows of it that are still to send. */
interface Found {
  record: CampaignRecord;
  unsent: number;
}

/** What may be sent now. `left` is what older campaigns of this sweep leave of the free quota. */
interface Allowance {
  sendingEnabled: boolean;
  halfIsFree: boolean;
  left: number;
}

/**
 * Continues the campaigns that the daily quota stopped, oldest first: each when 24 hours have passed since its stop, or earlier when half
 * of the quota is free and older campaigns, those that run again included, do not need all that is free. While SES has paused the account none
 * is continued. One campaign that fails does not hold up the others. Starts no redrive after `deadline`.
 */
export async function sweepQuotaStops(deps: QuotaSweepDeps, deadline: number): Promise<QuotaSwept> {
  const swept: QuotaSwept = { continued: 0, waiting: 0, failed: 0 };
  const found = await findAll(deps, await deps.quotaStops.list(), swept);
  if (!found.some(({ record }) => isWaiting(record))) return swept;

  const allowance = await readAllowance(deps);
  for (const { record, unsent } of found) if (!isWaiting(record)) allowance.left -= unsent;
  for (const { record, unsent } of found) {
    if (!isWaiting(record)) continue;
    const now = deps.clock.now();
    if (now > redriveUntil(record)) await giveUp(deps, record, TOO_LATE);
    else if (now >= deadline || !mayContinue(record, allowance, now)) swept.waiting += 1;
    else if (await continueOne(deps, record, swept)) allowance.left -= unsent;
  }
  return swept;
}

const isWaiting = (record: CampaignRecord): record is Waiting => record.nextRetryAt !== undefined;

/** The campaigns of the entries, in the same order. Entries of campaigns that ended otherwise are removed. */
async function findAll(deps: QuotaSweepDeps, stops: readonly QuotaStop[], swept: QuotaSwept): Promise<Found[]> {
  const found = new Map<QuotaStop, Found>();
  await forEachConcurrently(CONCURRENCY, stops, async (stop) => {
    try {
      const record = await refreshCampaign(deps, stop.batchId);
      if (!record || (hasEnded(record) && !isWaiting(record))) return await deps.quotaStops.remove(stop);
      const { counts } = await campaignProgress(deps, record);
      found.set(stop, { record, unsent: counts.PENDING + counts.QUEUED });
    } catch (error) {
      failed(deps, stop.batchId, error, swept);
    }
  });
  return stops
    .flatMap((stop) => found.get(stop) ?? [])
    .sort((one, other) => stopHour(one).localeCompare(stopHour(other)));
}

/** Whoever has waited longest is first; of those that stopped within one hour, the one that was uploaded first. */
const stopHour = ({ record }: Found): string => (record.nextRetryAt ?? '').slice(0, 'YYYY-MM-DDTHH'.length);

/** When SES does not answer, campaigns continue by the time alone. */
async function readAllowance({ account, telemetry }: QuotaSweepDeps): Promise<Allowance> {
  try {
    const quota = await account();
    const free = freeQuota(quota);
    const { sendingEnabled, max24HourSend } = quota;
    return { sendingEnabled, halfIsFree: free > 0 && free >= max24HourSend / 2, left: free };
  } catch (error) {
    telemetry.warn('SES did not return its quota; campaigns continue 24 hours after their stop', { error });
    return { sendingEnabled: true, halfIsFree: false, left: 0 };
  }
}

function mayContinue({ nextRetryAt, redriveCount }: Waiting, allowance: Allowance, now: number): boolean {
  if (!allowance.sendingEnabled) return false;
  const latest = Date.parse(nextRetryAt);
  if (now >= latest) return true;
  // If SES refuses although it tells that half is free, a campaign must not use up its redrives and events by a redrive every minute.
  const pause = PAUSE_MS * 2 ** Math.min(redriveCount, MAX_DOUBLINGS);
  return allowance.halfIsFree && allowance.left > 0 && now >= latest - QUOTA_WINDOW_MS + pause;
}

/** Resolves to true when the campaign runs again. */
async function continueOne(deps: QuotaSweepDeps, record: Waiting, swept: QuotaSwept): Promise<boolean> {
  const { batchId, nextRetryAt } = record;
  try {
    await redriveCampaign(deps, batchId, { ifNextRetryAt: nextRetryAt });
    swept.continued += 1;
    deps.telemetry.info('A campaign that the daily quota stopped continues', { batchId });
    return true;
  } catch (error) {
    if (!(error instanceof PregonError)) failed(deps, batchId, error, swept);
    else if (error.code === 'UnconfirmedUndecided') await giveUp(deps, record, error.message);
    // Another sweep or an operator was faster.
    else if (error.code !== 'Conflict') failed(deps, batchId, error, swept);
    return false;
  }
}

const TOO_LATE = 'The time in which it could be redriven is over.';

/** Leaves the campaign to the operator. Its entry is removed by the next sweep. */
async function giveUp({ store, telemetry }: QuotaSweepDeps, record: Waiting, why: string): Promise<void> {
  const { batchId, reason, nextRetryAt } = record;
  telemetry.warn('A campaign that the daily quota stopped does not continue by itself', { batchId, why });
  await store.update(batchId, {
    set: { reason: `${reason ?? record.status} It does not continue by itself: ${why}` },
    remove: ['nextRetryAt'],
    ifStatus: [record.status],
    ifNextRetryAt: nextRetryAt,
  });
}

function failed({ telemetry }: QuotaSweepDeps, batchId: string, error: unknown, swept: QuotaSwept): void {
  swept.failed += 1;
  telemetry.error('A campaign that the daily quota stopped could not be continued; the next sweep tries again', {
    batchId,
    error,
  });
}
