import { randomUUID } from 'node:crypto';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { z } from 'zod';
import { systemClock } from '../../core/clock.ts';
import { Latency } from '../../core/delivery/latency.ts';
import { createNotify } from '../../core/delivery/providers/notify.ts';
import { createLedger } from '../../core/ledger/ledger.ts';
import { createLimiter } from '../../core/limiter/limiter.ts';
import { createRequestDelivery, type RequestDelivery } from '../../core/requests/deliver-requests.ts';
import { PROVIDER, rowOf } from '../../core/requests/item.ts';
import { requestMessageSchema } from '../../core/requests/messages.ts';
import { createRequestQueue } from '../../core/requests/queue.ts';
import { createRequestStore } from '../../core/requests/store.ts';
import { documentClient, queueClient, WORKER_TIMEOUTS } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { invocation } from '../common/invocation.ts';
import { notifyRate, notifyRateEnv } from '../common/notify-rate.ts';
import { parseRecords } from '../common/parse-records.ts';
import { telemetry } from '../common/telemetry.ts';

/** A key that is changed holds everywhere after this time at most, and at once where the old one is refused. */
const KEY_MS = 5 * 60_000;
/** A slot is taken at most 5.5 s before the function's end: a call, its record and the answer fit into that. */
const TIMEOUT_MS = 4_000;
/** What the runtime needs to answer before it is stopped. */
const SHUTDOWN_MARGIN_MS = 300;

const env = readEnv(
  notifyRateEnv.extend({
    SENDS_TABLE: z.string().min(1),
    REQUEST_QUEUE_URL: z.string().min(1),
    NOTIFY_URL: z.url(),
    NOTIFY_SECRET_ARN: z.string().min(1),
  }),
);
const clock = systemClock;
const table = { client: documentClient(WORKER_TIMEOUTS), tableName: env.SENDS_TABLE, clock };
const secrets = new SecretsManagerClient();
const { window, spacingMs } = notifyRate(env);

let current: { delivery: RequestDelivery; until: number } | undefined;
const deps = {
  store: createRequestStore(table),
  queue: createRequestQueue(queueClient(WORKER_TIMEOUTS), env.REQUEST_QUEUE_URL),
  limiter: createLimiter({ table, name: PROVIDER, source: { kind: 'window', window }, telemetry }),
  spacingMs,
  clock,
  telemetry,
  random: Math.random,
  keyRefused: () => {
    current = undefined;
  },
  ledger: createLedger(table),
  newId: randomUUID,
  latency: { reserve: new Latency({ least: 5, most: 1_000 }), claim: new Latency({ least: 25, most: 1_000 }) },
};

async function delivery(): Promise<RequestDelivery> {
  if (current && clock.now() < current.until) return current.delivery;
  const { SecretString: apiKey = '' } = await secrets.send(
    new GetSecretValueCommand({ SecretId: env.NOTIFY_SECRET_ARN }),
  );
  const provider = createNotify({ baseUrl: env.NOTIFY_URL, apiKey: apiKey.trim(), timeoutMs: TIMEOUT_MS });
  current = { delivery: createRequestDelivery({ ...deps, provider }), until: clock.now() + KEY_MS };
  return current.delivery;
}

/** Messages of the requests' lane, up to ten at once. */
export const handler = invocation<SQSEvent, SQSBatchResponse>(async ({ Records }, context) => {
  const deadline = clock.now() + context.getRemainingTimeInMillis() - SHUTDOWN_MARGIN_MS;
  const { messages, poison } = parseRecords(Records, requestMessageSchema, telemetry);
  const deliver = await delivery();
  const kept = await deliver(
    messages.map(({ messageId, message }) => ({ messageId, row: rowOf(message.id) })),
    deadline,
  );
  return {
    batchItemFailures: [...poison, ...kept.map(({ messageId }) => messageId)].map((itemIdentifier) => ({
      itemIdentifier,
    })),
  };
});
