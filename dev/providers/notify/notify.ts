import { randomUUID } from 'node:crypto';
import type { AwsResponse, ServiceHandler } from 'local-aws';
import { z } from 'zod';
import { seeded } from '../../seeded.ts';
import { delivered, jsonAnswer, type ProviderOptions, pathOf, simulatedError } from '../provider-api.ts';
import { LOCAL_NOTIFY_KEY } from './settings.ts';
import { CallWindow } from './window.ts';

/** Latency, error rate and limits as the provider publishes them. */
const LATENCY_MS = { least: 100, most: 500 };
const ERROR_RATE = 0.1;
const WINDOW = { max: 50, ms: 10_000 };
const MAX_CONCURRENT = 50;
const SEED = 2002;

const notificationSchema = z.object({
  to: z.string().min(1),
  message: z.string().min(1),
  type: z.enum(['email', 'sms', 'push']),
});

type Notification = z.infer<typeof notificationSchema>;

/** Stand-in of the notification provider, `POST /v1/notify`, with its published latency and errors. The same seed fails the same calls. */
export function notify(options: ProviderOptions, seed = SEED): ServiceHandler {
  const { faults, chance, mailbox } = options;
  const random = seeded(seed);
  const window = new CallWindow(WINDOW.max, WINDOW.ms);
  let inProgress = 0;

  return async (request) => {
    if (pathOf(request.path) !== '/v1/notify') return detail(404, 'Not Found');
    if (request.method !== 'POST') return detail(405, 'Method Not Allowed');
    if (request.headers['x-api-key'] !== LOCAL_NOTIFY_KEY) return detail(401, 'Invalid API Key');
    const parsed = notificationSchema.safeParse(jsonIn(request.body));
    if (!parsed.success) return detail(422, z.prettifyError(parsed.error));
    if (inProgress >= MAX_CONCURRENT || !window.take(options.now())) return detail(429, 'Rate limit exceeded');
    inProgress += 1;
    try {
      return await answer(parsed.data, request.headers['x-request-id']);
    } finally {
      inProgress -= 1;
    }
  };

  async function answer({ to, message, type }: Notification, id: unknown): Promise<AwsResponse> {
    const { errorRate, latencyMs, outage } = faults.current.providers.notify;
    const takes = LATENCY_MS.least + random() * (LATENCY_MS.most - LATENCY_MS.least);
    const fails = random() < Math.max(ERROR_RATE, errorRate);
    await chance.sleep(takes + latencyMs);
    if (fails || outage) return detail(500, 'External server error');
    const batchId = typeof id === 'string' ? id : undefined;
    const sendId = batchId && `${batchId}-1`;
    const failure = simulatedError(to, sendId, options);
    if (failure) return detail(failure.status, failure.reason);

    const messageId = `p-${randomUUID()}`;
    await mailbox.append(
      delivered({
        to,
        from: undefined,
        subject: undefined,
        text: message,
        html: undefined,
        messageId,
        sendId,
        batchId,
        channel: type,
        provider: 'notify',
        sentAt: new Date(options.now()).toISOString(),
      }),
    );
    return jsonAnswer(200, { status: 'delivered', provider_id: messageId });
  }
}

function jsonIn(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

const detail = (status: number, text: string): AwsResponse => jsonAnswer(status, { detail: text });
