import { z } from 'zod';
import { describeExecution } from '../../core/campaigns/execution.ts';
import { executionArnOf } from '../../core/campaigns/identity.ts';
import { applyExecution, countAtEnd } from '../../core/campaigns/outcome.ts';
import { createCampaignStore } from '../../core/campaigns/store.ts';
import { systemClock } from '../../core/clock.ts';
import { createLedger } from '../../core/ledger/ledger.ts';
import { sendsTable, statesClient } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { invocation } from '../common/invocation.ts';
import { telemetry } from '../common/telemetry.ts';
import { statusChangeOf, withDescription } from './event.ts';

const env = readEnv(z.object({ SENDS_TABLE: z.string().min(1), CAMPAIGN_STATE_MACHINE_ARN: z.string().min(1) }));
const sfn = statesClient();
const table = sendsTable(env.SENDS_TABLE);
const stateMachineArn = env.CAMPAIGN_STATE_MACHINE_ARN;

const deps = {
  store: createCampaignStore(table),
  ledger: createLedger(table),
  clock: systemClock,
  telemetry,
};

/** Writes the state of an execution to its campaign's record, and at its end the counts of all rows. */
export const handler = invocation<unknown, void>(async (event) => {
  const change = statusChangeOf(event, stateMachineArn);
  const record = change && (await deps.store.get(change.batchId));
  if (!change || !record) return;
  // The event carries no cause, and may be older than the execution's description.
  const described = await describeExecution(sfn, executionArnOf(stateMachineArn, change.batchId));
  const state = withDescription(change.state, described);
  await countAtEnd(deps, await applyExecution(deps, record, state));
});
