import { setConcurrency } from '../../core/campaigns/concurrency.ts';
import { createSes } from '../../core/delivery/providers/ses.ts';
import { campaignDeps, campaignEnv } from '../common/campaigns.ts';
import { readEnv } from '../common/env.ts';
import { httpHandler } from '../common/http.ts';
import { rateEnv, sendRates } from '../common/send-rate.ts';
import { rateRoutes } from './routes.ts';

const env = readEnv(rateEnv.extend(campaignEnv.shape));
const campaigns = campaignDeps(env);

export const handler = httpHandler(
  rateRoutes({
    rates: sendRates(env, campaigns.table, createSes(campaigns).maxSendRate),
    setConcurrency: (maxConcurrency) => setConcurrency(campaigns, maxConcurrency),
  }),
);
