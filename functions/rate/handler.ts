import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { z } from 'zod';
import { setConcurrency } from '../../core/campaigns/map-runs.ts';
import { createCampaignStore } from '../../core/campaigns/store.ts';
import { createSes } from '../../core/delivery/providers/ses.ts';
import { documentClient, statesClient } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { problemJson } from '../common/problem-json.ts';
import { rateEnv, sendRates } from '../common/send-rate.ts';
import { telemetry } from '../common/telemetry.ts';
import { createRate } from './rate.ts';

const env = readEnv(rateEnv.extend({ SENDS_TABLE: z.string().min(1), CAMPAIGN_STATE_MACHINE_ARN: z.string().min(1) }));
const client = documentClient();
const tableName = env.SENDS_TABLE;

const campaigns = {
  store: createCampaignStore({ client, tableName }),
  sfn: statesClient(),
  stateMachineArn: env.CAMPAIGN_STATE_MACHINE_ARN,
  telemetry,
};

const rate = createRate({
  rates: sendRates(env, { client, tableName }, createSes().maxSendRate),
  setConcurrency: (maxConcurrency) => setConcurrency(campaigns, maxConcurrency),
});

export const handler = middy((event: APIGatewayProxyEventV2) => rate(event)).use(problemJson());
