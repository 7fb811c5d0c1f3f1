import { randomUUID } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { createCampaignObjects } from '../../core/campaigns/ingest-objects.ts';
import { startWith } from '../../core/campaigns/ingest-start.ts';
import { createCampaignStore } from '../../core/campaigns/store.ts';
import { systemClock } from '../../core/clock.ts';
import { createSes } from '../../core/delivery/providers/ses.ts';
import { freshLimiter, STALE_MS } from '../../core/limiter/rate.ts';
import { sendsTable, statesClient } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { httpHandler } from '../common/http.ts';
import { rateEnv, sendRates } from '../common/send-rate.ts';
import { uploadRoutes } from './routes.ts';

const env = readEnv(
  rateEnv.extend({
    SENDS_TABLE: z.string().min(1),
    BUCKET: z.string().min(1),
    CAMPAIGN_STATE_MACHINE_ARN: z.string().min(1),
    SEND_TIMEOUT_SECONDS: z.coerce.number().int().positive(),
  }),
);
const table = sendsTable(env.SENDS_TABLE);
const rates = sendRates(env, table, createSes({ clock: systemClock }).maxSendRate);

const routes = uploadRoutes({
  ...table,
  store: createCampaignStore(table),
  objects: createCampaignObjects({ s3: new S3Client(), bucket: env.BUCKET }),
  bucket: env.BUCKET,
  stateMachineArn: env.CAMPAIGN_STATE_MACHINE_ARN,
  startExecution: startWith(statesClient(), env.CAMPAIGN_STATE_MACHINE_ARN),
  sendTimeoutSeconds: env.SEND_TIMEOUT_SECONDS,
  sendRate: async () => (await freshLimiter(rates.ses, STALE_MS)).perSecond,
  newUploadId: randomUUID,
  clock: systemClock,
});

export const handler = httpHandler(routes);
