import { z } from 'zod';
import { setConcurrency } from '../../core/campaigns/map-runs.ts';
import { createCampaignStore } from '../../core/campaigns/store.ts';
import { createSes } from '../../core/delivery/providers/ses.ts';
import { sendsTable, statesClient } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { httpHandler } from '../common/http.ts';
import { rateEnv, sendRates } from '../common/send-rate.ts';
import { telemetry } from '../common/telemetry.ts';
import { rateRoutes } from './routes.ts';

const env = readEnv(rateEnv.extend({ SENDS_TABLE: z.string().min(1), CAMPAIGN_STATE_MACHINE_ARN: z.string().min(1) }));
const table = sendsTable(env.SENDS_TABLE);
const campaigns = {
  store: createCampaignStore(table),
  sfn: statesClient(),
  stateMachineArn: env.CAMPAIGN_STATE_MACHINE_ARN,
  telemetry,
};

export const handler = httpHandler(
  rateRoutes({
    rates: sendRates(env, table, createSes({ clock: table.clock }).maxSendRate),
    setConcurrency: (maxConcurrency) => setConcurrency(campaigns, maxConcurrency),
  }),
);
