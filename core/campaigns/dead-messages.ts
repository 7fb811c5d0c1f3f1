import type { Clock } from '../clock.ts';
import type { Telemetry } from '../telemetry.ts';
import { type CampaignRecord, hasEnded } from './campaign.ts';
import { type CampaignCache, MAX_AGE_MS } from './campaign-cache.ts';
import type { CampaignJob } from './channel.ts';
import type { TaskTokens } from './task-tokens.ts';

interface Deps {
  campaigns: CampaignCache;
  tokens: Pick<TaskTokens, 'isWaiting'>;
  clock: Clock;
  telemetry: Telemetry;
}

/** The hosts of Step Functions may differ by this much in their clocks. Within it the token is asked. */
const MARGIN_MS = 1_000;

/**
 * Leaves out the messages of runs that a stop, a failure or a redrive has ended: nobody waits for their tokens. Each redrive queues its
 * rows again, so a campaign that is stopped and redriven in turn fills the queue with them. Clearly old ones cost no call.
 */
export async function withoutDeadMessages(deps: Deps, jobs: readonly CampaignJob[]): Promise<CampaignJob[]> {
  const dead = await Promise.all(jobs.map((job) => isDead(deps, job)));
  const wanted = jobs.filter((_, index) => !dead[index]);
  if (wanted.length < jobs.length) deps.telemetry.count('Dropped', jobs.length - wanted.length);
  return wanted;
}

async function isDead({ campaigns, tokens, clock, telemetry }: Deps, { message }: CampaignJob): Promise<boolean> {
  const { queuedAt, batchId, taskToken } = message;
  if (queuedAt === undefined) return false;
  try {
    const campaign = await campaigns.get(batchId, MAX_AGE_MS);
    const endedAt = campaign && earlierRunsEndedAt(campaign);
    // An end in the future was written before a clock was set back: it says nothing about messages of now.
    if (endedAt === undefined || endedAt > clock.now() + MARGIN_MS || queuedAt > endedAt + MARGIN_MS) return false;
    return queuedAt < endedAt - MARGIN_MS || !(await tokens.isWaiting(taskToken));
  } catch (error) {
    // The delivery decides by the ledger, which is slower and as safe.
    telemetry.warn('A message could not be compared with its campaign', { batchId, error });
    return false;
  }
}

/**
 * What Step Functions scheduled before this time, by its own clock, belongs to a run that has ended. An old state of the campaign gives
 * an earlier time, never a later one. Undefined when no run has ended.
 */
function earlierRunsEndedAt(campaign: CampaignRecord): number | undefined {
  const at = hasEnded(campaign) ? campaign.finishedAt : campaign.redrivenAt;
  return at === undefined ? undefined : Date.parse(at);
}
