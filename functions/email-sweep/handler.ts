import { z } from 'zod';
import { createEmailQueue } from '../../core/email/queue.ts';
import { createEmailStore } from '../../core/email/store.ts';
import { sweepEmails } from '../../core/email/sweep.ts';
import { queueClient, sendsTable } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { sweepHandler } from '../common/sweep.ts';
import { telemetry } from '../common/telemetry.ts';

const env = readEnv(z.object({ SENDS_TABLE: z.string().min(1), EMAIL_QUEUE_URL: z.string().min(1) }));
const table = sendsTable(env.SENDS_TABLE);
const deps = {
  table,
  store: createEmailStore(table),
  queue: createEmailQueue(queueClient(), env.EMAIL_QUEUE_URL),
  telemetry,
};

/** Every minute: writes rows and messages that a crash left out, and queues failed emails again. */
export const handler = sweepHandler((deadline) => sweepEmails(deps, deadline));
