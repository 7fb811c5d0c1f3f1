import { randomUUID } from 'node:crypto';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { systemClock } from '../../core/clock.ts';
import { createBreakers } from '../../core/delivery/breaker/breaker.ts';
import { Latency } from '../../core/delivery/latency.ts';
import { createSes } from '../../core/delivery/providers/ses.ts';
import { createEmailDelivery, type EmailDelivery } from '../../core/email/deliver-emails.ts';
import { emailMessageSchema } from '../../core/email/messages.ts';
import { createEmailQueue } from '../../core/email/queue.ts';
import { createEmailStore } from '../../core/email/store.ts';
import { createLedger } from '../../core/ledger/ledger.ts';
import { createLimiter, type Limiter } from '../../core/limiter/limiter.ts';
import { documentClient, queueClient, WORKER_TIMEOUTS } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { invocation } from '../common/invocation.ts';
import { parseRecords } from '../common/parse-records.ts';
import { sendRates } from '../common/send-rate.ts';
import { telemetry } from '../common/telemetry.ts';
import { createProviders } from './providers.ts';
import { type ProviderName, parseKeys, workerEnv } from './settings.ts';

/** A key that is changed holds everywhere after this time at most. */
const KEYS_MS = 5 * 60_000;
/** What the runtime needs to answer before it is stopped. */
const SHUTDOWN_MARGIN_MS = 300;

const env = readEnv(workerEnv);
const clock = systemClock;
const client = documentClient(WORKER_TIMEOUTS);
const table = { client, tableName: env.SENDS_TABLE, clock };
const secrets = new SecretsManagerClient();
const ses = createSes();

const limiters = new Map<string, Limiter>();
/** SES has one rate for campaigns and transactional email together; the others each have their own. */
function limiterOf(name: string): Limiter {
  const known = limiters.get(name);
  if (known) return known;
  const limiter = createLimiter(
    name === 'ses'
      ? sendRates(env, table, ses.maxSendRate).ses
      : {
          table,
          name,
          source: { kind: 'window', window: { max: env.EMAIL_RATES(name as ProviderName), ms: 1000 } },
          telemetry,
        },
  );
  limiters.set(name, limiter);
  return limiter;
}

const deps = {
  store: createEmailStore(table),
  queue: createEmailQueue(queueClient(WORKER_TIMEOUTS), env.EMAIL_QUEUE_URL),
  breakers: createBreakers(table),
  clock,
  telemetry,
  random: Math.random,
  ledger: createLedger(table),
  newId: randomUUID,
  latency: { reserve: new Latency({ least: 5, most: 1_000 }), claim: new Latency({ least: 25, most: 1_000 }) },
};

let current: { delivery: EmailDelivery; until: number } | undefined;
async function delivery(): Promise<EmailDelivery> {
  if (current && clock.now() < current.until) return current.delivery;
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: env.EMAIL_KEYS_SECRET_ARN }));
  const keys = parseKeys(SecretString, env.EMAIL_KEYS_SECRET_ARN);
  const providers = createProviders({ env, keys, ses: ses.provider, telemetry });
  const routes = providers.map((provider) => ({ provider, limiter: limiterOf(provider.name) }));
  current = { delivery: createEmailDelivery({ ...deps, routes }), until: clock.now() + KEYS_MS };
  return current.delivery;
}

/** Messages of the email lane, up to ten at once. */
export const handler = invocation<SQSEvent, SQSBatchResponse>(async ({ Records }, context) => {
  const deadline = clock.now() + context.getRemainingTimeInMillis() - SHUTDOWN_MARGIN_MS;
  const { messages, poison } = parseRecords(Records, emailMessageSchema, telemetry);
  const deliver = await delivery();
  const kept = await deliver(
    messages.map(({ messageId, message }) => ({ messageId, row: message })),
    deadline,
  );
  return {
    batchItemFailures: [...poison, ...kept.map(({ messageId }) => messageId)].map((itemIdentifier) => ({
      itemIdentifier,
    })),
  };
});
