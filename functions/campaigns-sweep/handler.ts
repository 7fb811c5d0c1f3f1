import { z } from 'zod';
import { shareWhileSending } from '../../core/campaigns/concurrency.ts';
import { createQuotaStops } from '../../core/campaigns/quota-stops.ts';
import { sweepQuotaStops } from '../../core/campaigns/quota-sweep.ts';
import { readSesAccount } from '../../core/delivery/providers/ses.ts';
import { createUploadObjects } from '../../core/uploads/objects.ts';
import { createIngestQueue } from '../../core/uploads/queue.ts';
import { createUploadStore } from '../../core/uploads/store.ts';
import { sweepUploads } from '../../core/uploads/sweep.ts';
import { campaignDeps, campaignEnv } from '../common/campaigns.ts';
import { emailAccountClient, queueClient, uploadsClient } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { sweepHandler } from '../common/sweep.ts';

const env = readEnv(campaignEnv.extend({ BUCKET: z.string().min(1), INGEST_QUEUE_URL: z.string().min(1) }));
const campaigns = campaignDeps(env);
const ses = emailAccountClient();
const deps = {
  ...campaigns,
  quotaStops: createQuotaStops(campaigns.tables.control),
  account: () => readSesAccount(ses),
};

const uploadDeps = {
  ...campaigns,
  uploads: createUploadStore(campaigns.tables.control),
  files: createUploadObjects({ s3: uploadsClient(), bucket: env.BUCKET, clock: campaigns.clock }),
  queue: createIngestQueue(queueClient(), env.INGEST_QUEUE_URL),
};

/**
 * Every minute: continues campaigns that the daily quota of SES stopped, and uploads whose event or whose ingest was lost. The campaigns that
 * run share the rate anew, because no event tells that the time of a scheduled one has come.
 */
export const handler = sweepHandler(async (deadline) => {
  const uploads = await sweepUploads(uploadDeps, deadline);
  const quotaStops = await sweepQuotaStops(deps, deadline);
  await shareWhileSending({ ...campaigns, control: campaigns.tables.control });
  return { ...uploads, ...quotaStops };
});
