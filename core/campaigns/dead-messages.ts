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
 * Leaves out the messages that nobody waits for: those of runs that a stop, a failure or a redrive has ended, and those whose copy was
 * answered. Each redrive queues its rows again, so a campaign that is stopped and redriven in turn fills the queue with dead messages.
 * Clearly old ones cost no call. For others the token is asked: when they may be old, and when they come again.
 */
export async function withoutDeadMessages(deps: Deps, jobs: readonly CampaignJob[]): Promise<CampaignJob[]> {
  const ofMessage = Map.groupBy(jobs, (job) => job.messageId);
  const alive = await Promise.all(
    [...ofMessage.values()].map(async (own) => (own[0] && (await isDead(deps, own[0])) ? [] : own)),
  );
  const wanted = alive.flat();
  if (wanted.length < jobs.length) deps.telemetry.count('Dropped', jobs.length - wanted.length);
  return wanted;
}

async function isDead(
  { campaigns, tokens, clock, telemetry }: Deps,
  { message, again }: Pick<CampaignJob, 'message' | 'again'>,
): Promise<boolean> {
  const { queuedAt, batchId, taskToken } = message;
  if (queuedAt === undefined) return false;
  try {
    const campaign = await campaigns.get(batchId, MAX_AGE_MS);
    const endedAt = campaign && earlierRunsEndedAt(campaign);
    // An end in the future was written before a clock was set back: it says nothing about messages of now.
    const isEnd = endedAt !== undefined && endedAt <= clock.now() + MARGIN_MS;
    if (isEnd && queuedAt < endedAt - MARGIN_MS) return true;
    const mayBeDead = again || (isEnd && queuedAt <= endedAt + MARGIN_MS);
    return mayBeDead && !(await tokens.isWaiting(taskToken));
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
