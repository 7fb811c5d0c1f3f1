import { randomUUID } from 'node:crypto';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { z } from 'zod';
import { createCampaignCache } from '../../core/campaigns/campaign-cache.ts';
import { createPostpone } from '../../core/campaigns/postpone.ts';
import { followCampaign } from '../../core/campaigns/refresh.ts';
import { createCampaignStore } from '../../core/campaigns/store.ts';
import { createTaskTokens } from '../../core/campaigns/task-tokens.ts';
import { systemClock } from '../../core/clock.ts';
import { Latency } from '../../core/delivery/latency.ts';
import { parseAddress } from '../../core/delivery/providers/addresses.ts';
import { dryRun } from '../../core/delivery/providers/dry-run.ts';
import { createSes } from '../../core/delivery/providers/ses.ts';
import { createLedger } from '../../core/ledger/ledger.ts';
import { createLimiter } from '../../core/limiter/limiter.ts';
import { documentClient, queueClient, statesClient, WORKER_TIMEOUTS } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { invocation } from '../common/invocation.ts';
import { rateEnv, sendRates } from '../common/send-rate.ts';
import { telemetry } from '../common/telemetry.ts';
import { createWorker } from './worker.ts';

const env = readEnv(
  rateEnv.extend({
    SENDS_TABLE: z.string().min(1),
    SEND_QUEUE_URL: z.string().min(1),
    CAMPAIGN_STATE_MACHINE_ARN: z.string().min(1),
    SENDER_ADDRESS: z.string().regex(/[^\s@]+@[^\s@]+/, 'an address, or a name and an address in <>'),
  }),
);
const clock = systemClock;
const client = documentClient(WORKER_TIMEOUTS);
const sfn = statesClient(WORKER_TIMEOUTS);
const tableName = env.SENDS_TABLE;
const ses = createSes();
const rates = sendRates(env, { client, tableName }, ses.maxSendRate);
const ledger = createLedger({ client, tableName });
const store = createCampaignStore({ client, tableName });
const followed = { store, ledger, sfn, stateMachineArn: env.CAMPAIGN_STATE_MACHINE_ARN, clock, telemetry };

const work = createWorker({
  ledger,
  store,
  clock,
  telemetry,
  newId: randomUUID,
  latency: { reserve: new Latency({ least: 5, most: 1_000 }), claim: new Latency({ least: 25, most: 1_000 }) },
  states: createCampaignCache((batchId) => followCampaign(followed, batchId), clock),
  from: parseAddress(env.SENDER_ADDRESS),
  real: { provider: ses.provider, limiter: createLimiter(rates.ses) },
  rehearsal: { provider: dryRun, limiter: createLimiter(rates.dryRun) },
  tokens: createTaskTokens(sfn),
  postpone: createPostpone(queueClient(WORKER_TIMEOUTS), env.SEND_QUEUE_URL, Math.random),
});

/** Messages of the send queue, up to ten at once. */
export const handler = invocation<SQSEvent, SQSBatchResponse>((event, context) =>
  work(event.Records, context.getRemainingTimeInMillis()),
);
