import { PregonError } from '../errors.ts';
import { type CampaignRecord, hasEnded } from './campaign.ts';
import type { CampaignDeps } from './deps.ts';
import { applyExecution } from './outcome.ts';
import { unlessRedriven } from './redrive.ts';
import { currentCampaign } from './refresh.ts';

/**
 * Stops a campaign: after 5 seconds at most no email of it is sent any more. A redrive resumes it. Stopping it twice changes nothing. A
 * campaign that waits for the daily quota does not continue by itself then. The record names the API key that stopped it. Throws NotFound,
 * or Conflict when it has ended otherwise.
 */
export async function stopCampaign(deps: CampaignDeps, batchId: string, keyName?: string): Promise<CampaignRecord> {
  const record = await currentCampaign(deps, batchId);
  if (record.status === 'ABORTED') return record;
  if (record.status === 'READY')
    throw new PregonError('Conflict', 'The campaign waits for its start: nothing is sent.');
  if (record.nextRetryAt !== undefined) return stopWaiting(deps, record, keyName);
  if (hasEnded(record)) throw alreadyEnded(record);
  const stoppedAt = (await deps.executions.stop(batchId, STOPPED)) ?? new Date(deps.clock.now());
  // Written at once, because the workers read the record before every send.
  const stopped = await applyExecution(deps, record, {
    status: 'ABORTED',
    redriveCount: record.redriveCount,
    stoppedAt: stoppedAt.toISOString(),
    ...STOPPED,
  });
  // The execution's last state came before the stop.
  if (stopped.status === 'SUCCEEDED') throw alreadyEnded(stopped);
  deps.telemetry.info('Campaign stopped', { batchId, key: keyName });
  if (keyName === undefined) return stopped;
  // An event may have recorded the end first, without the name.
  const named = await deps.store.update(batchId, {
    set: { stoppedBy: keyName },
    ifStatus: ['ABORTED'],
    ifRedriveCountAtMost: record.redriveCount,
  });
  return named ?? stopped;
}

/** Its execution has failed, so only the schedule must leave it alone. */
async function stopWaiting(
  { store, clock, telemetry }: CampaignDeps,
  record: CampaignRecord,
  keyName: string | undefined,
): Promise<CampaignRecord> {
  const { batchId, status, reason = status } = record;
  const stopped = await store.update(batchId, {
    set: {
      reason: `${reason} It was stopped by an operator and does not continue by itself.`,
      ...(keyName !== undefined && { stoppedBy: keyName }),
    },
    remove: ['nextRetryAt'],
    ...unlessRedriven(record, clock.now()),
  });
  if (!stopped) throw beingRedriven();
  telemetry.info('Campaign stopped', { batchId, key: keyName });
  return stopped;
}

const beingRedriven = () =>
  new PregonError('Conflict', 'The campaign is being redriven at this moment: stop it again in a few seconds.');

const alreadyEnded = ({ status }: CampaignRecord) =>
  new PregonError('Conflict', `The campaign has already ended: it is ${status}.`);

const STOPPED = { error: 'Stopped', cause: 'by an operator' };
