import type { Clock } from '../../clock.ts';
import type { Provider } from '../provider.ts';
import { callEmailApi, textIn } from './http-answer.ts';
import { headerAddress, type OutgoingEmail } from './outgoing-email.ts';

export interface MailgunOptions {
  /** `https://api.mailgun.net`, or `https://api.eu.mailgun.net` for domains in the EU. */
  baseUrl: string;
  /** The sending domain. */
  domain: string;
  apiKey: string;
  timeoutMs: number;
  clock: Clock;
}

/** Mailgun's messages API, version 3. https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages */
export function createMailgun({ baseUrl, domain, apiKey, timeoutMs, clock }: MailgunOptions): Provider<OutgoingEmail> {
  const url = new URL(`${baseUrl.replace(/\/+$/, '')}/v3/${encodeURIComponent(domain)}/messages`);
  const authorization = `Basic ${Buffer.from(`api:${apiKey}`).toString('base64')}`;
  return {
    name: 'mailgun',
    async send(email, permit) {
      const form = new URLSearchParams({
        from: headerAddress(email.from),
        to: headerAddress(email.to),
        subject: email.subject,
        text: email.text,
        // Mailgun returns these in its events and logs.
        'v:sendId': email.sendId,
        'v:batchId': email.batchId,
        'v:channel': email.channel,
      });
      if (email.html !== undefined) form.set('html', email.html);
      const body = form.toString();
      await permit();
      const answer = await callEmailApi('mailgun', {
        url,
        headers: { authorization, 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        body,
        timeoutMs,
        clock,
      });
      // `{"id": "<…@domain>", "message": "Queued. Thank you."}`
      return { messageId: textIn(answer.body, 'id').replace(/^<|>$/g, '') };
    },
  };
}
