import { PregonError } from '../errors.ts';
import { type CampaignRecord, hasEnded, type RedriveRequest, type UnconfirmedPolicy } from './campaign.ts';
import type { CampaignDeps } from './deps.ts';
import { redrivenUpdate } from './outcome.ts';
import { progressForCommand } from './progress.ts';
import { currentCampaign } from './refresh.ts';
import { tally } from './tally.ts';

/**
 * A second redrive of a campaign is refused for this long while the first one is under way. It is longer than the 29 s of the functions
 * that redrive, so that a function that was killed can no longer redrive afterwards. The sweep has 55 s, and starts none in the last 20.
 */
const REQUEST_LOCK_MS = 35_000;

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Until when Step Functions redrives a campaign that has ended, in milliseconds since the epoch: within 14 days of the end, and while the
 * execution is open for less than a year in all. https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
 */
export const redriveUntil = ({ finishedAt, createdAt }: CampaignRecord): number =>
  Math.min(Date.parse(finishedAt ?? createdAt) + 14 * DAY_MS, Date.parse(createdAt) + 365 * DAY_MS);

export interface RedriveOptions {
  unconfirmed?: UnconfirmedPolicy | undefined;
  /** The name of the API key that redrives it. */
  keyName?: string | undefined;
  /** Only while it waits for the daily quota until this time. */
  ifNextRetryAt?: string | undefined;
}

export interface Redriven {
  campaign: CampaignRecord;
  /** The rows that it sends: exact where the end was counted. Otherwise those that waited, as the counters show them. */
  retrying: number;
}

/**
 * Redrives a campaign: sends what failed or was not sent. `unconfirmed` decides about the unconfirmed rows in this one redrive. Throws
 * NotFound, NothingToRedrive with the reason, Conflict, or UnconfirmedUndecided when only such rows are left without a decision. With
 * `ifNextRetryAt` it is a Conflict as well when the campaign does not wait for the daily quota any more, as after a stop.
 */
export async function redriveCampaign(
  deps: CampaignDeps,
  batchId: string,
  { unconfirmed, keyName, ifNextRetryAt }: RedriveOptions = {},
): Promise<Redriven> {
  const record = await currentCampaign(deps, batchId);
  if (ifNextRetryAt !== undefined && record.nextRetryAt !== ifNextRetryAt) {
    throw new PregonError('Conflict', 'The campaign does not wait for the daily quota any more.');
  }
  if (!hasEnded(record)) throw nothing(`The campaign is ${record.status}: it can be redriven once it has ended.`);
  if (record.status === 'SUCCEEDED') throw nothing('The campaign has SUCCEEDED: every row is sent or failed for good.');
  const until = redriveUntil(record);
  if (deps.clock.now() > until) {
    const day = new Date(until).toISOString();
    throw nothing(`The campaign could be continued until ${day}: send what is left as a new file, from its report.`);
  }
  const retryable = await retryableIn(deps, record);
  if (unconfirmed === undefined && retryable === 0) refuseUndecided(record);

  const { counts, unconfirmed: undecided } = await progressForCommand(deps, record);
  const retrying = counts.PENDING + counts.QUEUED + retryable + (unconfirmed === 'resend' ? undecided : 0);
  const { request, finalCounts } = await lock(deps, record, { unconfirmed, keyName, ifNextRetryAt });
  // The counters are shown from now on. Events may have confirmed rows since the end set them.
  if (finalCounts) await deps.counters.setExact(batchId, finalCounts);
  const redrivenAt = await redriveExecution(deps, record, request);
  const redriven = await deps.store.update(batchId, {
    ...redrivenUpdate({ redriveRequest: request }, request.forRedrive, redrivenAt.toISOString()),
    ifRedriveCountAtMost: request.forRedrive - 1,
  });
  deps.telemetry.info('Campaign redriven', { batchId, redriveCount: request.forRedrive, key: keyName });
  // An event may have updated the record first.
  return { campaign: redriven ?? (await deps.store.get(batchId)) ?? record, retrying };
}

/** The rows in ERROR that a redrive sends, as the end has counted them; an earlier release did not. 0 while the end is not counted. */
async function retryableIn({ ledger }: CampaignDeps, { batchId, finalCounts }: CampaignRecord): Promise<number> {
  if (!finalCounts) return 0;
  return finalCounts.retryable ?? (await tally(ledger, batchId)).retryable;
}

/** When only unconfirmed rows keep a campaign from succeeding, a redrive without a decision would change nothing. */
function refuseUndecided({ finalCounts }: CampaignRecord): void {
  // Without the counts of Settle, or with waiting rows, there is something to send.
  if (!finalCounts || finalCounts.unconfirmed === 0 || finalCounts.PENDING + finalCounts.QUEUED > 0) return;
  const { unconfirmed } = finalCounts;
  throw new PregonError(
    'UnconfirmedUndecided',
    `${unconfirmed} ${unconfirmed === 1 ? 'row is' : 'rows are'} left that a provider may have accepted. Say what to do ` +
      'with them: {"unconfirmed": "resend"} sends them again, {"unconfirmed": "accept"} closes them as they are.',
    { unconfirmed },
  );
}

/** Writes the redrive to the record before it is made, because Settle reads there what to do with unconfirmed rows. */
async function lock(
  { store, clock }: CampaignDeps,
  record: CampaignRecord,
  { unconfirmed, keyName, ifNextRetryAt }: RedriveOptions,
): Promise<{ request: RedriveRequest; finalCounts: CampaignRecord['finalCounts'] }> {
  const requestedAt = clock.now();
  const request: RedriveRequest = {
    forRedrive: record.redriveCount + 1,
    requestedAt,
    ...(unconfirmed && { unconfirmed }),
    ...(keyName !== undefined && { keyName }),
  };
  const locked = await store.update(record.batchId, {
    set: { redriveRequest: request },
    ...unlessRedriven(record, requestedAt),
    ...(ifNextRetryAt !== undefined && { ifNextRetryAt }),
  });
  if (!locked) throw new PregonError('Conflict', 'Another redrive of this campaign is under way: check its state.');
  return { request, finalCounts: locked.finalCounts };
}

/** The condition that the campaign is as it was read, and no redrive of it is under way. */
export const unlessRedriven = (record: CampaignRecord, now: number) => ({
  ifStatus: [record.status],
  ifRedriveCountAtMost: record.redriveCount,
  ifBelow: {
    attribute: 'redriveRequest.requestedAt' as const,
    bound: lockedUntil(record, now),
    orAbove: now + REQUEST_LOCK_MS,
  },
});

/** The earlier request locks out this one while its redrive may still be made. */
function lockedUntil({ redriveRequest, redriveCount }: CampaignRecord, now: number): number {
  const made = redriveRequest && redriveRequest.forRedrive <= redriveCount;
  return made ? redriveRequest.requestedAt + 1 : now - REQUEST_LOCK_MS;
}

async function redriveExecution(
  { executions, store }: CampaignDeps,
  { batchId }: CampaignRecord,
  { forRedrive, requestedAt }: RedriveRequest,
): Promise<Date> {
  try {
    const redrivenAt = await executions.redrive(batchId, `redrive-${forRedrive}-${requestedAt}`);
    return redrivenAt ?? new Date(requestedAt);
  } catch (error) {
    // Refused or unknown. In both cases the request must not affect a later redrive.
    await store.update(batchId, { remove: ['redriveRequest'], ifRequestedAt: requestedAt });
    throw error;
  }
}

const nothing = (detail: string) => new PregonError('NothingToRedrive', detail);
