import { systemClock } from '../../core/clock.ts';
import { createRecipientCheck } from '../../core/consent/recipient-check.ts';
import { createSuppressions, REFUSED_BY_EVERY_CHANNEL } from '../../core/consent/suppressions.ts';
import { createBreakers } from '../../core/delivery/breaker/breaker.ts';
import { deliver } from '../../core/delivery/pipeline.ts';
import { createSes } from '../../core/delivery/providers/ses.ts';
import { createEmailChannel } from '../../core/email/channel.ts';
import { createEmailQueue, emailMessageSchema } from '../../core/email/queue.ts';
import { createEmailStore } from '../../core/email/store.ts';
import { createLedger } from '../../core/ledger/ledger.ts';
import { createLimiter, type Limiter } from '../../core/limiter/limiter.ts';
import { cached } from '../common/cached.ts';
import { productTables, queueClient, WORKER_TIMEOUTS } from '../common/clients.ts';
import { deliveryDeps } from '../common/delivery.ts';
import { readEnv } from '../common/env.ts';
import { queueWorker } from '../common/queue-worker.ts';
import { readSecret, SECRET_TTL_MS } from '../common/secrets.ts';
import { sendRates } from '../common/send-rate.ts';
import { telemetry } from '../common/telemetry.ts';
import { createProviders } from './providers.ts';
import { type ProviderName, parseKeys, workerEnv } from './settings.ts';

const env = readEnv(workerEnv);
const clock = systemClock;
const { sends, control } = productTables(env, WORKER_TIMEOUTS);
const ses = createSes({ clock, configurationSet: env.SES_CONFIGURATION_SET });

const limiters = new Map<string, Limiter>();
/** Campaigns and transactional email share the rate of SES. The other providers have a rate of their own. */
function limiterOf(name: string): Limiter {
  const existing = limiters.get(name);
  if (existing) return existing;
  const limiter = createLimiter(
    name === 'ses'
      ? sendRates(env, control, ses.maxSendRate).ses
      : {
          table: control,
          name,
          source: { kind: 'window', window: { max: env.EMAIL_RATES(name as ProviderName), ms: 1000 } },
          telemetry,
        },
  );
  limiters.set(name, limiter);
  return limiter;
}

const deps = {
  ...deliveryDeps(createLedger(sends)),
  store: createEmailStore(sends),
  queue: createEmailQueue(queueClient(WORKER_TIMEOUTS), env.EMAIL_QUEUE_URL),
  breakers: createBreakers(control),
  refuse: createRecipientCheck(createSuppressions(control), REFUSED_BY_EVERY_CHANNEL),
  random: Math.random,
};

/** The channel depends on the providers' keys, so it is made anew when they are read again. */
const channel = cached(
  async () => {
    const keys = parseKeys(await readSecret(env.EMAIL_KEYS_SECRET_ARN), env.EMAIL_KEYS_SECRET_ARN);
    const providers = createProviders({ env, keys, ses: ses.provider, telemetry, clock });
    const routes = providers.map((provider) => ({ provider, limiter: limiterOf(provider.name) }));
    return createEmailChannel({ ...deps, routes });
  },
  { ttlMs: SECRET_TTL_MS, clock },
);

/** Sends transactional email. */
export const handler = queueWorker({
  schema: emailMessageSchema,
  work: async (messages, deadline) =>
    deliver(
      messages.map(({ messageId, body }) => ({ messageId, row: body })),
      await channel.get(),
      deps,
      deadline,
    ),
});
