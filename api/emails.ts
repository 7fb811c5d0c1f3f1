import { z } from 'zod';
import { isAddress } from '../core/csv/address.ts';
import { type EmailBatch, type EmailRequest, type EmailRow, eachOnce, rowsOf } from '../core/email/batch.ts';
import type { EmailStore } from '../core/email/store.ts';
import { PregonError } from '../core/errors.ts';
import { atMost, mailLine, mailText, optional, parseJsonBody } from './parse.ts';
import type { RouteDoc } from './routes.ts';

const MAX_DESTINATIONS = 100;
/** Plain and HTML content together, UTF-8: with 100 destinations a batch still fits into one DynamoDB item (400 KB). */
const MAX_CONTENT_BYTES = 256 * 1024;
/**
 * Subject and content, once for each destination as `GET /emails/{id}` answers them: a Lambda's answer is at most 6 MB, and addresses and
 * the providers' answers need some of it. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const MAX_ANSWER_BYTES = 5 * 1024 * 1024;
/** The longest line of RFC 5322. */
const MAX_SUBJECT = 998;
const MAX_NAME = 128;

/**
 * The same as `isAddress`, in the regular expressions that every JSON Schema tool shares: `atMost`, a form, a local part of 64
 * characters at most, and a last label that is not a number.
 */
const ADDRESS_PATTERNS = [
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$/,
  /^[^@]{1,64}@/,
  /[A-Za-z-][A-Za-z0-9-]*$/,
];

export const addressSchema = z
  .string()
  .max(254, 'an address has at most 254 characters')
  .refine(isAddress, 'this is not an email address that can be delivered to')
  .meta({
    override: { allOf: ADDRESS_PATTERNS.map(({ source }) => ({ pattern: source })) },
    example: 'ana@example.com',
  });

export const partySchema = z.strictObject({
  email: addressSchema,
  name: optional(atMost(mailLine(), MAX_NAME, `a name has at most ${MAX_NAME} characters`)),
});

const CONTENT_LIMIT = `plainContent and htmlContent together are at most ${MAX_CONTENT_BYTES / 1024} KB`;

/** The body of `POST /emails/send`. */
export const sendEmailSchema = z
  .strictObject({
    from: partySchema,
    destinations: z
      .array(partySchema)
      .min(1, 'at least one destination is needed')
      .max(MAX_DESTINATIONS, `a request has at most ${MAX_DESTINATIONS} destinations`),
    subject: atMost(mailLine().min(1, 'the subject is empty'), MAX_SUBJECT),
    plainContent: mailText().min(1, 'the plain content is empty').meta({ description: CONTENT_LIMIT }),
    htmlContent: optional(mailText().min(1, 'leave htmlContent out when there is none')),
  })
  .refine(({ plainContent, htmlContent = '' }) => bytes(plainContent) + bytes(htmlContent) <= MAX_CONTENT_BYTES, {
    path: ['plainContent'],
    message: CONTENT_LIMIT,
  })
  .superRefine(({ destinations, subject, plainContent }, context) => {
    const fit = Math.floor(MAX_ANSWER_BYTES / (answered(subject) + answered(plainContent)));
    if (eachOnce(destinations).length <= fit) return;
    const message = `content of this length can have at most ${fit} destinations in one request: use several requests, or shorten the content`;
    context.addIssue({ code: 'custom', path: ['destinations'], message });
  })
  .meta({ id: 'SendEmail' });

const bytes = (text: string) => Buffer.byteLength(text);
/** The body is itself a string in the JSON that the Lambda returns, so it is escaped twice. */
const answered = (text: string) => bytes(JSON.stringify(JSON.stringify(text)));

/** The request in a JSON body, with each address once. Throws BadRequest that names every wrong field. */
export function parseEmailRequest(body: string | undefined): EmailRequest {
  const request = parseJsonBody(sendEmailSchema, body);
  return { ...request, destinations: eachOnce(request.destinations) };
}

const emailSchema = z
  .object({
    batchId: z.string(),
    from: z.string(),
    subject: z.string(),
    recipient: z.string().meta({ description: 'The address as first given' }),
    status: z.boolean().meta({ description: 'True once a provider accepted it' }),
    state: z.enum(['QUEUED', 'SENT', 'ERROR']),
    retries: z.int().meta({ description: 'Attempts that failed' }),
    provider: z.string().nullable().meta({
      description: 'The provider that accepted it, failed last or may have accepted it; null before the first attempt',
    }),
    content: z.string(),
    lastAttemptAt: z.string().nullable().meta({ description: 'ISO 8601' }),
    error: z
      .object({ code: z.string(), message: z.string(), retryable: z.boolean() })
      .optional()
      .meta({ description: 'The reason for ERROR, with the answer of every provider' }),
  })
  .meta({ id: 'Email' });
export type EmailAnswer = z.infer<typeof emailSchema>;

/** The emails of a batch, known from the moment it was accepted. Throws NotFound. */
export async function viewEmails(store: EmailStore, batchId: string): Promise<EmailAnswer[]> {
  const batch = await store.getBatch(batchId);
  if (!batch) throw new PregonError('NotFound', `There is no email batch ${batchId}.`);
  return rowsOf(batch, await store.getRows(batch)).map((row) => emailAnswer(batch, row));
}

const emailAnswer = (batch: EmailBatch, row: EmailRow): EmailAnswer => ({
  batchId: batch.batchId,
  from: batch.from.email,
  subject: batch.subject,
  recipient: row.email,
  status: row.status === 'SENT',
  state: row.status === 'PENDING' ? 'QUEUED' : row.status,
  retries: row.retries,
  provider: row.provider ?? null,
  content: batch.plainContent,
  lastAttemptAt: row.lastAttemptAt ?? null,
  ...(row.error ? { error: { code: row.error.code, message: row.error.message, retryable: row.error.retryable } } : {}),
});

const idempotencyHeaderSchema = z.object({
  'Idempotency-Key': z
    .string()
    .regex(/^[!-~]{1,255}$/)
    .optional()
    .meta({ description: 'A call with the same key within 24 hours gets the first answer and sends nothing' }),
});

/** Transactional email. */
export const EMAIL_ROUTES: readonly RouteDoc[] = [
  {
    method: 'post',
    path: '/emails/send',
    operationId: 'sendEmail',
    tag: 'Emails',
    summary: 'Send an email to up to 100 recipients, each separately',
    description:
      'Providers are tried in the configured order until one accepts. With an `Idempotency-Key` the call may be repeated.',
    params: { header: idempotencyHeaderSchema },
    body: {
      schema: sendEmailSchema,
      examples: {
        plain: {
          from: { email: 'sender@example.com', name: 'Sender' },
          destinations: [{ email: 'pedro@example.com', name: 'Pedro' }],
          subject: 'test',
          plainContent: 'test',
        },
      },
    },
    answers: {
      202: {
        description: 'The email is accepted; `Idempotency-Replay: true` marks the answer to a repeated call',
        schema: z
          .object({
            status: z.literal('success'),
            data: z.object({ batchID: z.string().meta({ description: 'The id for GET /emails/{id}' }) }),
          })
          .meta({ id: 'SendEmailAnswer' }),
      },
    },
    problems: {
      400: 'The body is not valid (`issues` names every wrong field), or the sender is not allowed',
      409: 'The first call with this key is in progress: `Retry-After` says when to ask again',
      422: 'The key was used with another body',
    },
  },
  {
    method: 'get',
    path: '/emails/{id}',
    operationId: 'getEmails',
    tag: 'Emails',
    summary: 'Status of the emails of a call',
    params: { path: z.object({ id: z.string().min(1).meta({ description: 'The batchID of POST /emails/send' }) }) },
    answers: {
      200: {
        description: 'One entry per recipient',
        schema: z
          .object({ status: z.literal('success'), data: z.object({ emails: z.array(emailSchema) }) })
          .meta({ id: 'EmailsAnswer' }),
      },
    },
    problems: { 404: 'There is no such batch' },
  },
];
