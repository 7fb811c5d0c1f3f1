import { z } from 'zod';
import { systemClock } from '../../core/clock.ts';
import { createRequestQueue } from '../../core/requests/queue.ts';
import { createRequestStore } from '../../core/requests/store.ts';
import { type RequestsSwept, sweepRequests } from '../../core/requests/sweep.ts';
import { documentClient, queueClient } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { invocation } from '../common/invocation.ts';
import { notifyRate, notifyRateEnv } from '../common/notify-rate.ts';
import { telemetry } from '../common/telemetry.ts';

/** One look fits into it, also where every call has to be repeated. */
const SWEEP_MARGIN_MS = 20_000;

const env = readEnv(notifyRateEnv.extend({ SENDS_TABLE: z.string().min(1), REQUEST_QUEUE_URL: z.string().min(1) }));
const table = { client: documentClient(), tableName: env.SENDS_TABLE, clock: systemClock };
const deps = {
  table,
  store: createRequestStore(table),
  queue: createRequestQueue(queueClient(), env.REQUEST_QUEUE_URL),
  spacingMs: notifyRate(env).spacingMs,
  telemetry,
};

/** Every minute: requests whose message was lost get one, leases that ran out are recorded. */
export const handler = invocation<unknown, RequestsSwept>(async (_event, context) => {
  const swept = await sweepRequests(deps, systemClock.now() + context.getRemainingTimeInMillis() - SWEEP_MARGIN_MS);
  if (swept.looked > 0) telemetry.info('Requests were looked at', { ...swept });
  return swept;
});
