import { z } from 'zod';
import { shareRate } from '../../core/campaigns/concurrency.ts';
import { createExecutions } from '../../core/campaigns/executions.ts';
import { createCampaignStore } from '../../core/campaigns/store.ts';
import { controlTable, DEFAULT_TIMEOUTS, statesClient } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { httpHandler } from '../common/http.ts';
import { rateEnv, sendRates } from '../common/send-rate.ts';
import { sesAccount } from '../common/ses-account.ts';
import { telemetry } from '../common/telemetry.ts';
import { rateRoutes } from './routes.ts';

const env = readEnv(
  rateEnv.extend({
    CONTROL_TABLE: z.string().min(1),
    CAMPAIGN_STATE_MACHINE_ARN: z.string().min(1),
    STAGE: z.string(),
  }),
);
// UpdateMapRun may have to wait for its quota of one call a second.
const patient = { ...DEFAULT_TIMEOUTS, retryForMs: 20_000 };
const control = controlTable(env.CONTROL_TABLE);
const campaigns = {
  store: createCampaignStore(control),
  executions: createExecutions(statesClient(patient), env.CAMPAIGN_STATE_MACHINE_ARN),
  control,
  clock: control.clock,
  telemetry,
};

const { account, maxSendRate } = sesAccount(control.clock);

export const handler = httpHandler(
  rateRoutes({
    rates: sendRates(env, control, maxSendRate),
    account,
    stage: env.STAGE,
    telemetry,
    shareRate: () => shareRate(campaigns),
  }),
);
