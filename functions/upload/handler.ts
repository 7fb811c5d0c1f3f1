import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { createCampaignObjects } from '../../core/campaigns/ingest-objects.ts';
import { createSuppressions } from '../../core/consent/suppressions.ts';
import { createSes } from '../../core/delivery/providers/ses.ts';
import { freshLimiter, STALE_MS } from '../../core/limiter/rate.ts';
import { campaignDeps, campaignEnv } from '../common/campaigns.ts';
import { objectsClient } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { httpHandler } from '../common/http.ts';
import { rateEnv, sendRates } from '../common/send-rate.ts';
import { sesAccount } from '../common/ses-account.ts';
import { uploadRoutes } from './routes.ts';

const env = readEnv(
  rateEnv
    .extend(campaignEnv.shape)
    .extend({ BUCKET: z.string().min(1), SEND_TIMEOUT_SECONDS: z.coerce.number().int().positive() }),
);
const campaigns = campaignDeps(env);
const rates = sendRates(env, campaigns.tables.control, createSes(campaigns).maxSendRate);

const routes = uploadRoutes({
  ...campaigns,
  ...campaigns.tables,
  objects: createCampaignObjects({ s3: objectsClient(), bucket: env.BUCKET }),
  bucket: env.BUCKET,
  suppressions: createSuppressions(campaigns.tables.sends),
  sendTimeoutSeconds: env.SEND_TIMEOUT_SECONDS,
  sendRate: async () => (await freshLimiter(rates.ses, STALE_MS)).perSecond,
  sendQuota: sesAccount(campaigns.clock),
  newUploadId: randomUUID,
});

export const handler = httpHandler(routes);
