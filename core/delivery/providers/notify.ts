import type { Clock } from '../../clock.ts';
import type { Provider } from '../provider.ts';
import { callEmailApi } from './http-answer.ts';

/** One notification as the external provider gets it. */
export interface Notification {
  /** The request's id. */
  id: string;
  to: string;
  message: string;
  type: string;
}

export interface NotifyOptions {
  /** `/v1/notify` is appended. */
  baseUrl: string;
  apiKey: string;
  timeoutMs: number;
  clock: Clock;
}

/** The external notification provider. It knows no idempotency key: a call without an answer is unconfirmed. */
export function createNotify({ baseUrl, apiKey, timeoutMs, clock }: NotifyOptions): Provider<Notification> {
  const url = new URL(`${baseUrl.replace(/\/+$/, '')}/v1/notify`);
  return {
    name: 'notify',
    async send({ id, to, message, type }, permit) {
      const body = JSON.stringify({ to, message, type });
      await permit();
      const answer = await callEmailApi('notify', {
        url,
        headers: {
          'x-api-key': apiKey,
          'content-type': 'application/json',
          accept: 'application/json',
          // Only for the provider's own log.
          'x-request-id': id,
          // A few calls a second: a new connection costs less than not to know what became of a call on one that had just been closed.
          connection: 'close',
        },
        body,
        timeoutMs,
        clock,
      });
      return { messageId: idIn(answer.body) };
    },
  };
}

/** `{"status": "delivered", "provider_id": "p-1234"}`; the status code alone says that it was taken. */
function idIn(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    const id =
      typeof parsed === 'object' && parsed !== null && 'provider_id' in parsed ? parsed.provider_id : undefined;
    return typeof id === 'string' && id !== '' ? id.slice(0, 256) : 'unknown';
  } catch {
    return 'unknown';
  }
}
