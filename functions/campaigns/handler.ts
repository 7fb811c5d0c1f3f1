import { z } from 'zod';
import { createReportStore } from '../../core/reports/store.ts';
import { campaignSource } from '../../core/s3-source.ts';
import { createIngestQueue } from '../../core/uploads/queue.ts';
import { campaignDeps, campaignEnv } from '../common/campaigns.ts';
import { objectsClient, queueClient } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { httpHandler } from '../common/http.ts';
import { campaignRoutes } from './routes.ts';

const env = readEnv(campaignEnv.extend({ BUCKET: z.string().min(1), INGEST_QUEUE_URL: z.string().min(1) }));

const campaigns = campaignDeps(env);
const s3 = objectsClient();

export const handler = httpHandler(
  campaignRoutes({
    ...campaigns,
    ...campaigns.tables,
    s3,
    bucket: env.BUCKET,
    source: campaignSource({ s3, bucket: env.BUCKET, clock: campaigns.clock }),
    reports: createReportStore(campaigns.tables.control),
    queue: createIngestQueue(queueClient(), env.INGEST_QUEUE_URL),
  }),
);
