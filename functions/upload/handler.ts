import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { createCampaignObjects } from '../../core/campaigns/ingest-objects.ts';
import { createSes, readSesAccount } from '../../core/delivery/providers/ses.ts';
import { freshLimiter, STALE_MS } from '../../core/limiter/rate.ts';
import { cached } from '../common/cached.ts';
import { campaignDeps, campaignEnv } from '../common/campaigns.ts';
import { emailAccountClient, objectsClient, WORKER_TIMEOUTS } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { httpHandler } from '../common/http.ts';
import { rateEnv, sendRates } from '../common/send-rate.ts';
import { uploadRoutes } from './routes.ts';

/** GetAccount has a quota of one call a second for the whole account. */
const ACCOUNT_TTL_MS = 5_000;

const env = readEnv(
  rateEnv
    .extend(campaignEnv.shape)
    .extend({ BUCKET: z.string().min(1), SEND_TIMEOUT_SECONDS: z.coerce.number().int().positive() }),
);
const campaigns = campaignDeps(env);
const rates = sendRates(env, campaigns.table, createSes(campaigns).maxSendRate);
/** An upload does not wait long for it, because it only serves a warning. */
const ses = emailAccountClient(WORKER_TIMEOUTS);
const account = cached(() => readSesAccount(ses), { ttlMs: ACCOUNT_TTL_MS, clock: campaigns.clock });

const routes = uploadRoutes({
  ...campaigns,
  objects: createCampaignObjects({ s3: objectsClient(), bucket: env.BUCKET }),
  bucket: env.BUCKET,
  sendTimeoutSeconds: env.SEND_TIMEOUT_SECONDS,
  sendRate: async () => (await freshLimiter(rates.ses, STALE_MS)).perSecond,
  sendQuota: account.get,
  newUploadId: randomUUID,
});

export const handler = httpHandler(routes);
