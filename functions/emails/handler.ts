import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { z } from 'zod';
import { systemClock } from '../../core/clock.ts';
import { createEmailQueue } from '../../core/email/queue.ts';
import { allowedSenders } from '../../core/email/senders.ts';
import { createEmailStore } from '../../core/email/store.ts';
import { createIdempotency } from '../../core/idempotency/idempotency.ts';
import { documentClient, queueClient } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { problemJson } from '../common/problem-json.ts';
import { telemetry } from '../common/telemetry.ts';
import { createEmails } from './emails.ts';

const env = readEnv(
  z.object({ SENDS_TABLE: z.string().min(1), EMAIL_QUEUE_URL: z.string().min(1), ALLOWED_SENDERS: z.string() }),
);
const table = { client: documentClient(), tableName: env.SENDS_TABLE, clock: systemClock };

const emails = createEmails({
  store: createEmailStore(table),
  queue: createEmailQueue(queueClient(), env.EMAIL_QUEUE_URL),
  allowed: allowedSenders(env.ALLOWED_SENDERS),
  idempotency: createIdempotency(table),
  clock: systemClock,
  telemetry,
});

export const handler = middy((event: APIGatewayProxyEventV2) => emails(event)).use(problemJson());
