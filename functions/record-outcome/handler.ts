import { applyExecution, countAtEnd } from '../../core/campaigns/outcome.ts';
import { campaignDeps, campaignEnv } from '../common/campaigns.ts';
import { BACKGROUND_TIMEOUTS } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { invocation } from '../common/invocation.ts';
import { statusChangeOf, withDescription } from './event.ts';

const env = readEnv(campaignEnv);
const deps = campaignDeps(env, BACKGROUND_TIMEOUTS);

/** Writes the state of an execution to its campaign's record, and at its end the counts of all rows. */
export const handler = invocation<unknown, void>(async (event) => {
  const change = statusChangeOf(event, env.CAMPAIGN_STATE_MACHINE_ARN);
  const record = change && (await deps.store.get(change.batchId));
  if (!change || !record) return;
  // The event carries no cause, and may be older than the execution's description.
  const described = await deps.executions.describe(change.batchId);
  const state = withDescription(change.state, described);
  await countAtEnd(deps, await applyExecution(deps, record, state));
});
