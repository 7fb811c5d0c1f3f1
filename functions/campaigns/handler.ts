import { S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { createCampaignStore } from '../../core/campaigns/store.ts';
import { systemClock } from '../../core/clock.ts';
import { createLedger } from '../../core/ledger/ledger.ts';
import { sendsTable, statesClient } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { httpHandler } from '../common/http.ts';
import { telemetry } from '../common/telemetry.ts';
import { campaignRoutes } from './routes.ts';

const env = readEnv(
  z.object({
    SENDS_TABLE: z.string().min(1),
    BUCKET: z.string().min(1),
    CAMPAIGN_STATE_MACHINE_ARN: z.string().min(1),
  }),
);
const table = sendsTable(env.SENDS_TABLE);

export const handler = httpHandler(
  campaignRoutes({
    store: createCampaignStore(table),
    ledger: createLedger(table),
    sfn: statesClient(),
    stateMachineArn: env.CAMPAIGN_STATE_MACHINE_ARN,
    s3: new S3Client(),
    bucket: env.BUCKET,
    clock: systemClock,
    telemetry,
  }),
);
