import { z } from 'zod';
import type { CampaignDeps } from '../../core/campaigns/deps.ts';
import { createExecutions } from '../../core/campaigns/executions.ts';
import { createCampaignStore } from '../../core/campaigns/store.ts';
import type { DynamoTable } from '../../core/dynamodb/table.ts';
import { createLedger } from '../../core/ledger/ledger.ts';
import { DEFAULT_TIMEOUTS, ONE_TRY, sendsTable, statesClient } from './clients.ts';
import { telemetry } from './telemetry.ts';

export const campaignEnv = z.object({
  SENDS_TABLE: z.string().min(1),
  CAMPAIGN_STATE_MACHINE_ARN: z.string().min(1),
});

/** What the functions that follow and steer campaigns share. */
export function campaignDeps(
  env: z.output<typeof campaignEnv>,
  timeouts = DEFAULT_TIMEOUTS,
): CampaignDeps & { table: DynamoTable } {
  const table = sendsTable(env.SENDS_TABLE, timeouts);
  return {
    table,
    store: createCampaignStore(table),
    ledger: createLedger(table),
    executions: createExecutions(statesClient(timeouts), env.CAMPAIGN_STATE_MACHINE_ARN, statesClient(ONE_TRY)),
    clock: table.clock,
    telemetry,
  };
}
