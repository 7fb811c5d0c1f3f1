import { randomBytes } from 'node:crypto';
import type { AwsResponse, ServiceHandler } from 'local-aws';
import { z } from 'zod';
import {
  delivered,
  isFaulty,
  jsonAnswer,
  LOCAL_KEYS,
  type ProviderOptions,
  pathOf,
  simulatedError,
} from './provider-api.ts';

const party = z.strictObject({ email: z.email(), name: z.string().optional() });
const args = z.record(z.string(), z.string());

/** The supported members of a mail send. Unknown ones are refused, as SendGrid does. */
const mailSchema = z.strictObject({
  personalizations: z
    .array(
      z.strictObject({
        to: z.array(party).min(1).max(1000),
        subject: z.string().optional(),
        custom_args: args.optional(),
      }),
    )
    .min(1)
    .max(1000),
  from: party,
  reply_to: party.optional(),
  subject: z.string().min(1),
  content: z.array(z.strictObject({ type: z.string().min(1), value: z.string().min(1) })).min(1),
  custom_args: args.optional(),
  categories: z.array(z.string()).max(10).optional(),
});

/** SendGrid's mail send API as documented: https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send */
export function sendgrid(options: ProviderOptions): ServiceHandler {
  return async (request) => {
    if (pathOf(request.path) !== '/v3/mail/send') return refusal(404, 'not found');
    if (request.method !== 'POST') return refusal(405, 'method not allowed');
    if (await isFaulty('sendgrid', options)) return refusal(500, 'internal error');
    if (request.headers.authorization !== `Bearer ${LOCAL_KEYS.sendgrid}`) {
      return refusal(401, 'The provided authorization grant is invalid, expired, or revoked');
    }
    if (!/^application\/json/i.test(request.headers['content-type'] ?? '')) {
      return refusal(415, 'Content-Type should be application/json.');
    }
    let body: unknown;
    try {
      body = JSON.parse(request.body.toString());
    } catch {
      return refusal(400, 'Bad Request');
    }
    const parsed = mailSchema.safeParse(body);
    if (!parsed.success) {
      const errors = parsed.error.issues.map(({ path, message }) => ({ message, field: path.join('.'), help: null }));
      return jsonAnswer(400, { errors });
    }
    if (parsed.data.content.some(({ type }, index) => type === 'text/plain' && index > 0)) {
      return refusal(400, 'The content type text/plain must be first', 'content');
    }
    return accept(parsed.data);
  };

  async function accept(mail: z.infer<typeof mailSchema>): Promise<AwsResponse> {
    const messageId = randomBytes(16).toString('base64url');
    const contentOf = (type: string) => mail.content.find((content) => content.type === type)?.value;
    const messages = mail.personalizations.flatMap(({ to, subject, custom_args }) => {
      const { sendId, batchId, channel } = { ...mail.custom_args, ...custom_args };
      return to.map(({ email }) =>
        delivered({
          to: email,
          from: mail.from.name ? `${mail.from.name} <${mail.from.email}>` : mail.from.email,
          subject: subject ?? mail.subject,
          text: contentOf('text/plain'),
          html: contentOf('text/html'),
          messageId,
          sendId,
          batchId,
          channel,
          provider: 'sendgrid',
          sentAt: new Date(options.now()).toISOString(),
        }),
      );
    });
    for (const { to, sendId } of messages) {
      const failure = simulatedError(to, sendId, options);
      if (failure) return refusal(failure.status, failure.reason);
    }
    await options.mailbox.append(...messages);
    return { status: 202, headers: { 'x-message-id': messageId } };
  }
}

const refusal = (status: number, message: string, field: string | null = null): AwsResponse =>
  jsonAnswer(status, { errors: [{ message, field, help: null }] });
