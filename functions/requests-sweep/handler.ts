import { z } from 'zod';
import { createRequestQueue } from '../../core/requests/queue.ts';
import { createRequestStore } from '../../core/requests/store.ts';
import { sweepRequests } from '../../core/requests/sweep.ts';
import { queueClient, sendsTable } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { notifyRate, notifyRateEnv } from '../common/notify-rate.ts';
import { sweepHandler } from '../common/sweep.ts';
import { telemetry } from '../common/telemetry.ts';

const env = readEnv(notifyRateEnv.extend({ SENDS_TABLE: z.string().min(1), REQUEST_QUEUE_URL: z.string().min(1) }));
const table = sendsTable(env.SENDS_TABLE);
const deps = {
  table,
  store: createRequestStore(table),
  queue: createRequestQueue(queueClient(), env.REQUEST_QUEUE_URL),
  spacingMs: notifyRate(env).spacingMs,
  telemetry,
};

/** Every minute: queues requests whose message was lost, and records expired leases. */
export const handler = sweepHandler((deadline) => sweepRequests(deps, deadline));
