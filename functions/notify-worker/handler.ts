import { z } from 'zod';
import { systemClock } from '../../core/clock.ts';
import { createRecipientCheck } from '../../core/consent/recipient-check.ts';
import { createSuppressions, REFUSED_BY_EVERY_CHANNEL } from '../../core/consent/suppressions.ts';
import { deliver } from '../../core/delivery/pipeline.ts';
import { createNotify } from '../../core/delivery/providers/notify.ts';
import { createLedger } from '../../core/ledger/ledger.ts';
import { createLimiter } from '../../core/limiter/limiter.ts';
import { createRequestChannel } from '../../core/requests/channel.ts';
import { PROVIDER, rowOf } from '../../core/requests/item.ts';
import { createRequestQueue, requestMessageSchema } from '../../core/requests/queue.ts';
import { createRequestStore } from '../../core/requests/store.ts';
import { cached } from '../common/cached.ts';
import { productTables, queueClient, WORKER_TIMEOUTS } from '../common/clients.ts';
import { deliveryDeps, PROVIDER_TIMEOUT_MS } from '../common/delivery.ts';
import { readEnv, tablesEnv } from '../common/env.ts';
import { notifyRate, notifyRateEnv } from '../common/notify-rate.ts';
import { queueWorker } from '../common/queue-worker.ts';
import { readSecret, SECRET_TTL_MS } from '../common/secrets.ts';
import { telemetry } from '../common/telemetry.ts';

const env = readEnv(
  notifyRateEnv.extend(tablesEnv.shape).extend({
    REQUEST_QUEUE_URL: z.string().min(1),
    NOTIFY_URL: z.url(),
    NOTIFY_SECRET_ARN: z.string().min(1),
  }),
);
const { sends, control } = productTables(env, WORKER_TIMEOUTS);
const { window, spacingMs } = notifyRate(env);

const deps = {
  ...deliveryDeps(createLedger(sends)),
  store: createRequestStore(sends),
  queue: createRequestQueue(queueClient(WORKER_TIMEOUTS), env.REQUEST_QUEUE_URL),
  limiter: createLimiter({ table: control, name: PROVIDER, source: { kind: 'window', window }, telemetry }),
  spacingMs,
  refuse: createRecipientCheck(createSuppressions(control), REFUSED_BY_EVERY_CHANNEL),
  random: Math.random,
};

/** The channel depends on the provider's key, so it is made anew when the key is read again, or was refused. */
const channel = cached(
  async () => {
    const apiKey = (await readSecret(env.NOTIFY_SECRET_ARN))?.trim() ?? '';
    const provider = createNotify({
      baseUrl: env.NOTIFY_URL,
      apiKey,
      timeoutMs: PROVIDER_TIMEOUT_MS,
      clock: systemClock,
    });
    return createRequestChannel({ ...deps, provider, keyRefused: () => channel.forget() });
  },
  { ttlMs: SECRET_TTL_MS, clock: systemClock },
);

/** Sends notification requests. */
export const handler = queueWorker({
  schema: requestMessageSchema,
  work: async (messages, deadline) =>
    deliver(
      messages.map(({ messageId, body }) => ({ messageId, row: rowOf(body.id) })),
      await channel.get(),
      deps,
      deadline,
    ),
});
