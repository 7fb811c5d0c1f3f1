import { z } from 'zod';
import { createCampaignCounters } from '../../core/campaigns/counters.ts';
import type { CampaignDeps } from '../../core/campaigns/deps.ts';
import { createExecutions } from '../../core/campaigns/executions.ts';
import { createCampaignStore } from '../../core/campaigns/store.ts';
import type { Tables } from '../../core/dynamodb/table.ts';
import { createLedger } from '../../core/ledger/ledger.ts';
import { DEFAULT_TIMEOUTS, ONE_TRY, productTables, statesClient } from './clients.ts';
import { tablesEnv } from './env.ts';
import { telemetry } from './telemetry.ts';

export const campaignEnv = tablesEnv.extend({ CAMPAIGN_STATE_MACHINE_ARN: z.string().min(1) });

/** What the functions that follow and steer campaigns share. */
export function campaignDeps(
  env: z.output<typeof campaignEnv>,
  timeouts = DEFAULT_TIMEOUTS,
): CampaignDeps & { tables: Tables } {
  const tables = productTables(env, timeouts);
  return {
    tables,
    store: createCampaignStore(tables.control),
    ledger: createLedger(tables.sends),
    counters: createCampaignCounters(tables.control),
    executions: createExecutions(statesClient(timeouts), env.CAMPAIGN_STATE_MACHINE_ARN, statesClient(ONE_TRY)),
    clock: tables.sends.clock,
    telemetry,
  };
}
