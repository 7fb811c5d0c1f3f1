import { ExecutionDoesNotExist, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { PregonError } from '../errors.ts';
import { type CampaignRecord, hasEnded } from './campaign.ts';
import type { CampaignDeps } from './deps.ts';
import { executionArnOf } from './identity.ts';
import { applyExecution } from './outcome.ts';
import { currentCampaign } from './refresh.ts';

/**
 * Stops a campaign: no email leaves any more within 5 seconds; a redrive resumes it. Stopping it twice is fine.
 * Throws NotFound, or Conflict when it has ended otherwise.
 */
export async function stopCampaign(deps: CampaignDeps, batchId: string): Promise<CampaignRecord> {
  const record = await currentCampaign(deps, batchId);
  if (record.status === 'ABORTED') return record;
  if (hasEnded(record)) throw alreadyEnded(record);
  const stoppedAt = await stopExecution(deps, batchId);
  // Written at once: the workers look here before every send.
  const stopped = await applyExecution(deps, record, {
    status: 'ABORTED',
    redriveCount: record.redriveCount,
    stoppedAt: stoppedAt.toISOString(),
    ...STOPPED,
  });
  // Its last state came first: nothing was left to stop.
  if (stopped.status === 'SUCCEEDED') throw alreadyEnded(stopped);
  return stopped;
}

const alreadyEnded = ({ status }: CampaignRecord) =>
  new PregonError('Conflict', `The campaign has already ended: it is ${status}.`);

const STOPPED = { error: 'Stopped', cause: 'by an operator' };

async function stopExecution({ sfn, stateMachineArn, clock }: CampaignDeps, batchId: string): Promise<Date> {
  try {
    const { stopDate } = await sfn.send(
      new StopExecutionCommand({ executionArn: executionArnOf(stateMachineArn, batchId), ...STOPPED }),
    );
    return stopDate ?? new Date(clock.now());
  } catch (error) {
    if (!(error instanceof ExecutionDoesNotExist)) throw error;
    throw new PregonError('Conflict', 'The campaign has not been started yet: try again in a moment.');
  }
}
