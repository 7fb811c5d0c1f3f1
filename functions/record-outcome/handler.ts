import { z } from 'zod';
import { shareAfterChange } from '../../core/campaigns/concurrency.ts';
import { campaignEnded, createCampaignEvents } from '../../core/campaigns/ended.ts';
import { applyExecution, countAtEnd } from '../../core/campaigns/outcome.ts';
import { campaignDeps, campaignEnv } from '../common/campaigns.ts';
import { BACKGROUND_TIMEOUTS, eventsClient } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { invocation } from '../common/invocation.ts';
import { statusChangeOf, withDescription } from './event.ts';

const env = readEnv(campaignEnv.extend({ EVENT_BUS: z.string().min(1) }));
const deps = campaignDeps(env, BACKGROUND_TIMEOUTS);
const events = createCampaignEvents(eventsClient(BACKGROUND_TIMEOUTS), env.EVENT_BUS);

/**
 * Writes the state of an execution to its campaign's record, and at its end the counts of all rows. Then other systems are told: it
 * is invoked again when that fails, so they are told of each end at least once. Meanwhile the campaigns that run share the rate anew.
 */
export const handler = invocation<unknown, void>(async (event) => {
  const change = statusChangeOf(event, env.CAMPAIGN_STATE_MACHINE_ARN);
  const record = change && (await deps.store.get(change.batchId));
  if (!change || !record) return;
  // The event carries no cause, and may be older than the execution's description.
  const described = await deps.executions.describe(change.batchId);
  const state = withDescription(change.state, described);
  const applied = await applyExecution(deps, record, state);
  const sharing = share(change.batchId);
  const counted = await countAtEnd(deps, applied);
  const ended = campaignEnded(counted);
  // The event of an earlier start or redrive may come after the end.
  if (ended && change.state.status !== 'RUNNING') await events.ended(ended);
  await sharing;
});

/** Without it the campaigns run all the same, and the sweep shares the rate within a minute. */
async function share(batchId: string): Promise<void> {
  try {
    await shareAfterChange({ ...deps, control: deps.tables.control });
  } catch (error) {
    deps.telemetry.warn('The rate could not be shared anew', { batchId, error });
  }
}
