import { RedriveExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { PregonError } from '../errors.ts';
import { type CampaignRecord, hasEnded, type RedriveRequest, type UnconfirmedPolicy } from './campaign.ts';
import type { CampaignDeps } from './deps.ts';
import { executionArnOf } from './identity.ts';
import { redrivenUpdate } from './outcome.ts';
import { currentCampaign } from './refresh.ts';
import { tally } from './tally.ts';

/**
 * Two redrives of one campaign asked for at once: the second waits for what comes of the first. Longer than the 29 s of the
 * functions that ask: one that was killed makes no redrive any more.
 */
const REQUEST_LOCK_MS = 35_000;

/** Answers of RedriveExecution that mean: not done, and not to be done. */
const REFUSALS = new Set([
  'ExecutionNotRedrivable',
  'ExecutionDoesNotExist',
  'ExecutionLimitExceeded',
  'ValidationException',
  'InvalidArn',
]);

/**
 * Redrives a campaign: what failed or was not sent is sent. `unconfirmed` says what becomes of the unconfirmed rows in this one redrive.
 * Throws NotFound, NothingToRedrive with the reason, Conflict, or UnconfirmedUndecided when only such rows are left and nothing is said.
 */
export async function redriveCampaign(
  deps: CampaignDeps,
  batchId: string,
  unconfirmed?: UnconfirmedPolicy,
): Promise<CampaignRecord> {
  const record = await currentCampaign(deps, batchId);
  if (!hasEnded(record)) throw nothing(`The campaign is ${record.status}: it can be redriven once it has ended.`);
  if (record.status === 'SUCCEEDED') throw nothing('The campaign has SUCCEEDED: every row is sent or failed for good.');
  if (unconfirmed === undefined) await refuseUndecided(deps, record);

  const request = await lock(deps, record, unconfirmed);
  const redrivenAt = await redriveExecution(deps, record, request);
  const redriven = await deps.store.update(batchId, {
    ...redrivenUpdate(request.forRedrive, redrivenAt.toISOString()),
    ifRedriveCountAtMost: request.forRedrive - 1,
  });
  // An event may have told it first.
  return redriven ?? (await deps.store.get(batchId)) ?? record;
}

/** Where nothing but unconfirmed rows keep a campaign from its end, a plain redrive would change nothing. */
async function refuseUndecided({ ledger }: CampaignDeps, record: CampaignRecord): Promise<void> {
  // Settle counted: an end elsewhere leaves rows to send.
  const { finalCounts } = record;
  if (!finalCounts || finalCounts.unconfirmed === 0 || finalCounts.PENDING + finalCounts.QUEUED > 0) return;
  const { retryable, unconfirmed, open } = await tally(ledger, record.batchId);
  if (unconfirmed === 0 || retryable + open.length > 0) return;
  throw new PregonError(
    'UnconfirmedUndecided',
    `${unconfirmed} ${unconfirmed === 1 ? 'row is' : 'rows are'} left of which nobody knows whether the email left. Say what to do ` +
      'with them: {"unconfirmed": "resend"} sends them again, {"unconfirmed": "accept"} closes them as they are.',
    { unconfirmed },
  );
}

/** Notes the redrive on the record before it is made: Settle reads there what it is to do with unconfirmed rows. */
async function lock(
  { store, clock }: CampaignDeps,
  record: CampaignRecord,
  unconfirmed: UnconfirmedPolicy | undefined,
): Promise<RedriveRequest> {
  const requestedAt = clock.now();
  const request: RedriveRequest = {
    forRedrive: record.redriveCount + 1,
    requestedAt,
    ...(unconfirmed && { unconfirmed }),
  };
  const locked = await store.update(record.batchId, {
    set: { redriveRequest: request },
    ifStatus: [record.status],
    ifRedriveCountAtMost: record.redriveCount,
    ifBelow: { attribute: 'redriveRequest.requestedAt', bound: lockedUntil(record, requestedAt) },
  });
  if (!locked) throw new PregonError('Conflict', 'Another redrive of this campaign is being made: look at its state.');
  return request;
}

/** A request whose redrive was made holds nobody up. */
function lockedUntil({ redriveRequest, redriveCount }: CampaignRecord, now: number): number {
  const made = redriveRequest && redriveRequest.forRedrive <= redriveCount;
  return made ? redriveRequest.requestedAt + 1 : now - REQUEST_LOCK_MS;
}

async function redriveExecution(deps: CampaignDeps, record: CampaignRecord, request: RedriveRequest): Promise<Date> {
  const { batchId } = record;
  try {
    return await callRedrive(deps.sfn, executionArnOf(deps.stateMachineArn, batchId), request);
  } catch (error) {
    // Refused, or nobody knows: in both cases nothing of the request may act on a later redrive.
    await forget(deps, batchId, request);
    if (error instanceof Error && REFUSALS.has(error.name)) throw nothing(error.message);
    throw error;
  }
}

async function callRedrive(sfn: SFNClient, executionArn: string, request: RedriveRequest): Promise<Date> {
  const clientToken = `redrive-${request.forRedrive}-${request.requestedAt}`;
  const { redriveDate } = await sfn.send(new RedriveExecutionCommand({ executionArn, clientToken }));
  return redriveDate ?? new Date(request.requestedAt);
}

async function forget({ store }: CampaignDeps, batchId: string, request: RedriveRequest): Promise<void> {
  await store.update(batchId, { remove: ['redriveRequest'], ifRequestedAt: request.requestedAt });
}

const nothing = (detail: string) => new PregonError('NothingToRedrive', detail);
