import type { Clock } from '../../clock.ts';
import type { Provider } from '../provider.ts';
import { callEmailApi, textIn } from './http-answer.ts';

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

/** The external notification provider. It has no idempotency key, so a call without an answer is unconfirmed. */
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
          // On a reused connection that was just closed, the result of the call is unknown. For a few calls a second new ones are cheap.
          connection: 'close',
        },
        body,
        timeoutMs,
        clock,
      });
      // `{"status": "delivered", "provider_id": "p-1234"}`
      return { messageId: textIn(answer.body, 'provider_id').slice(0, 256) };
    },
  };
}
