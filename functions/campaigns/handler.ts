import { z } from 'zod';
import { campaignDeps, campaignEnv } from '../common/campaigns.ts';
import { objectsClient } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { httpHandler } from '../common/http.ts';
import { campaignRoutes } from './routes.ts';

const env = readEnv(campaignEnv.extend({ BUCKET: z.string().min(1) }));

const campaigns = campaignDeps(env);

export const handler = httpHandler(
  campaignRoutes({ ...campaigns, ...campaigns.tables, s3: objectsClient(), bucket: env.BUCKET }),
);
