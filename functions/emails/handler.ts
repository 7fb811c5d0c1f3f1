import { z } from 'zod';
import { systemClock } from '../../core/clock.ts';
import { createEmailQueue } from '../../core/email/queue.ts';
import { allowedSenders } from '../../core/email/senders.ts';
import { createEmailStore } from '../../core/email/store.ts';
import { createIdempotency } from '../../core/idempotency/idempotency.ts';
import { queueClient, sendsTable } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { httpHandler } from '../common/http.ts';
import { telemetry } from '../common/telemetry.ts';
import { emailRoutes } from './routes.ts';

const env = readEnv(
  z.object({ SENDS_TABLE: z.string().min(1), EMAIL_QUEUE_URL: z.string().min(1), ALLOWED_SENDERS: z.string() }),
);
const table = sendsTable(env.SENDS_TABLE);

export const handler = httpHandler(
  emailRoutes({
    store: createEmailStore(table),
    queue: createEmailQueue(queueClient(), env.EMAIL_QUEUE_URL),
    allowed: allowedSenders(env.ALLOWED_SENDERS),
    idempotency: createIdempotency(table),
    clock: systemClock,
    telemetry,
  }),
);
