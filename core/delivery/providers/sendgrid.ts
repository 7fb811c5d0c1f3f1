import type { Clock } from '../../clock.ts';
import type { Provider } from '../provider.ts';
import { callEmailApi } from './http-answer.ts';
import type { Mailbox, OutgoingEmail } from './outgoing-email.ts';

export interface SendgridOptions {
  /** `https://api.sendgrid.com`, or `https://api.eu.sendgrid.com` for EU subusers. */
  baseUrl: string;
  apiKey: string;
  timeoutMs: number;
  clock: Clock;
}

/** SendGrid's mail send API, version 3. https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send */
export function createSendgrid({ baseUrl, apiKey, timeoutMs, clock }: SendgridOptions): Provider<OutgoingEmail> {
  const url = new URL(`${baseUrl.replace(/\/+$/, '')}/v3/mail/send`);
  return {
    name: 'sendgrid',
    async send({ sendId, batchId, channel, from, to, subject, text, html }, permit) {
      // SendGrid requires the plain text first.
      const content = [{ type: 'text/plain', value: text }];
      if (html !== undefined) content.push({ type: 'text/html', value: html });
      const body = JSON.stringify({
        personalizations: [{ to: [party(to)], custom_args: { sendId, batchId, channel } }],
        from: party(from),
        subject,
        content,
      });
      await permit();
      const answer = await callEmailApi('sendgrid', {
        url,
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        body,
        timeoutMs,
        clock,
      });
      const messageId = answer.headers['x-message-id'];
      return { messageId: typeof messageId === 'string' ? messageId : 'unknown' };
    },
  };
}

const party = ({ email, name }: Mailbox) => (name ? { email, name } : { email });
