import { z } from 'zod';
import { systemClock } from '../../core/clock.ts';
import { createEmailQueue } from '../../core/email/queue.ts';
import { allowedSenders } from '../../core/email/senders.ts';
import { createEmailStore } from '../../core/email/store.ts';
import { createIdempotency } from '../../core/idempotency/idempotency.ts';
import { productTables, queueClient } from '../common/clients.ts';
import { readEnv, tablesEnv } from '../common/env.ts';
import { httpHandler } from '../common/http.ts';
import { telemetry } from '../common/telemetry.ts';
import { emailRoutes } from './routes.ts';

const env = readEnv(tablesEnv.extend({ EMAIL_QUEUE_URL: z.string().min(1), ALLOWED_SENDERS: z.string() }));
const { sends, control } = productTables(env);

export const handler = httpHandler(
  emailRoutes({
    store: createEmailStore(sends),
    queue: createEmailQueue(queueClient(), env.EMAIL_QUEUE_URL),
    allowed: allowedSenders(env.ALLOWED_SENDERS),
    idempotency: createIdempotency(control),
    clock: systemClock,
    telemetry,
  }),
);
