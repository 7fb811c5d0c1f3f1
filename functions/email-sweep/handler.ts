import { z } from 'zod';
import { systemClock } from '../../core/clock.ts';
import { createEmailQueue } from '../../core/email/queue.ts';
import { createEmailStore } from '../../core/email/store.ts';
import { type Swept, sweepEmails } from '../../core/email/sweep.ts';
import { documentClient, queueClient } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { invocation } from '../common/invocation.ts';
import { telemetry } from '../common/telemetry.ts';

/** One look at a group of batches fits into it. */
const SWEEP_MARGIN_MS = 10_000;

const env = readEnv(z.object({ SENDS_TABLE: z.string().min(1), EMAIL_QUEUE_URL: z.string().min(1) }));
const table = { client: documentClient(), tableName: env.SENDS_TABLE, clock: systemClock };
const deps = {
  table,
  store: createEmailStore(table),
  queue: createEmailQueue(queueClient(), env.EMAIL_QUEUE_URL),
  telemetry,
};

/** Every minute: what a crash left out is made, what failed is taken up again. */
export const handler = invocation<unknown, Swept>(async (_event, context) => {
  const deadline = systemClock.now() + context.getRemainingTimeInMillis() - SWEEP_MARGIN_MS;
  const swept = await sweepEmails(deps, deadline);
  if (swept.batches > 0) telemetry.info('Emails were looked at', { ...swept });
  return swept;
});
