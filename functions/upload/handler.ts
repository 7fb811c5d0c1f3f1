import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { createCampaignObjects } from '../../core/campaigns/ingest-objects.ts';
import { startWith } from '../../core/campaigns/ingest-start.ts';
import { createCampaignStore } from '../../core/campaigns/store.ts';
import { systemClock } from '../../core/clock.ts';
import { freshLimiter, STALE_MS } from '../../core/limiter/rate.ts';
import { readEnv } from '../shared/env.ts';
import { createUpload } from './upload.ts';

const env = readEnv(
  z.object({
    SENDS_TABLE: z.string().min(1),
    BUCKET: z.string().min(1),
    CAMPAIGN_STATE_MACHINE_ARN: z.string().min(1),
    SEND_TIMEOUT_SECONDS: z.coerce.number().int().min(3600),
  }),
);
const client = DynamoDBDocumentClient.from(new DynamoDBClient());
const s3 = new S3Client();
const table = env.SENDS_TABLE;

export const handler = createUpload({
  client,
  table,
  store: createCampaignStore({ client, table }),
  objects: createCampaignObjects({ s3, bucket: env.BUCKET }),
  bucket: env.BUCKET,
  stateMachineArn: env.CAMPAIGN_STATE_MACHINE_ARN,
  startExecution: startWith(new SFNClient(), env.CAMPAIGN_STATE_MACHINE_ARN),
  sendTimeoutSeconds: env.SEND_TIMEOUT_SECONDS,
  sendRate: async () => (await freshLimiter(sesRate(table), STALE_MS)).perSecond,
  newUploadId: randomUUID,
  clock: systemClock,
});
