import { S3Client } from '@aws-sdk/client-s3';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { z } from 'zod';
import { createCampaignStore } from '../../core/campaigns/store.ts';
import { systemClock } from '../../core/clock.ts';
import { createLedger } from '../../core/ledger/ledger.ts';
import { documentClient, statesClient } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { invocation } from '../common/invocation.ts';
import { problemJson } from '../common/problem-json.ts';
import { telemetry } from '../common/telemetry.ts';
import { createCampaigns } from './campaigns.ts';

const env = readEnv(
  z.object({
    SENDS_TABLE: z.string().min(1),
    BUCKET: z.string().min(1),
    CAMPAIGN_STATE_MACHINE_ARN: z.string().min(1),
  }),
);
const client = documentClient();

const campaigns = createCampaigns({
  store: createCampaignStore({ client, tableName: env.SENDS_TABLE }),
  ledger: createLedger({ client, tableName: env.SENDS_TABLE }),
  sfn: statesClient(),
  stateMachineArn: env.CAMPAIGN_STATE_MACHINE_ARN,
  s3: new S3Client(),
  bucket: env.BUCKET,
  clock: systemClock,
  telemetry,
});

export const handler = invocation(middy((event: APIGatewayProxyEventV2) => campaigns(event)).use(problemJson()));
