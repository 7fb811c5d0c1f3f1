import { z } from 'zod';
import { setConcurrency } from '../../core/campaigns/concurrency.ts';
import { createSes } from '../../core/delivery/providers/ses.ts';
import { campaignDeps, campaignEnv } from '../common/campaigns.ts';
import { DEFAULT_TIMEOUTS } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { httpHandler } from '../common/http.ts';
import { rateEnv, sendRates } from '../common/send-rate.ts';
import { sesAccount } from '../common/ses-account.ts';
import { telemetry } from '../common/telemetry.ts';
import { rateRoutes } from './routes.ts';

const env = readEnv(rateEnv.extend(campaignEnv.shape).extend({ STAGE: z.string() }));
// UpdateMapRun may have to wait for its quota of one call a second. The function has 29 s.
const campaigns = campaignDeps(env, { ...DEFAULT_TIMEOUTS, retryForMs: 20_000 });

export const handler = httpHandler(
  rateRoutes({
    rates: sendRates(env, campaigns.table, createSes(campaigns).maxSendRate),
    account: sesAccount(campaigns.clock),
    stage: env.STAGE,
    telemetry,
    setConcurrency: (maxConcurrency) => setConcurrency(campaigns, maxConcurrency),
  }),
);
