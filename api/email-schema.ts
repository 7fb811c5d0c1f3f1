import { z } from 'zod';
import { isAddress } from '../core/csv/address.ts';
import { type EmailRequest, eachOnce } from '../core/email/batch.ts';
import { parseJsonBody } from './parse.ts';

export const MAX_DESTINATIONS = 100;
/** Plain and HTML content together, UTF-8: with 100 destinations a batch still fits into one DynamoDB item (400 KB). */
export const MAX_CONTENT_BYTES = 256 * 1024;
/**
 * Subject and content, once for each destination as `GET /emails/{id}` answers them: a Lambda's answer is at most 6 MB, and addresses and
 * the providers' answers need some of it. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const MAX_ANSWER_BYTES = 5 * 1024 * 1024;
/** RFC 5322's longest line. */
const MAX_SUBJECT = 998;
const MAX_NAME = 128;

/** One line: a line break in a header would start another header. */
const line = (what: string) => z.string().regex(/^\P{Cc}*$/u, `${what} must be one line without control characters`);

export const partySchema = z.strictObject({
  email: z
    .string()
    .max(254, 'an address has at most 254 characters')
    .refine(isAddress, 'this is not an email address that can be delivered to'),
  name: line('a name').max(MAX_NAME, `a name has at most ${MAX_NAME} characters`).optional(),
});

/** The body of `POST /emails/send`. */
export const sendEmailSchema = z
  .strictObject({
    from: partySchema,
    destinations: z
      .array(partySchema)
      .min(1, 'at least one destination is needed')
      .max(MAX_DESTINATIONS, `at most ${MAX_DESTINATIONS} destinations go into one request`),
    subject: line('the subject').min(1, 'the subject is empty').max(MAX_SUBJECT, `at most ${MAX_SUBJECT} characters`),
    plainContent: z.string().min(1, 'the plain content is empty'),
    htmlContent: z.string().min(1, 'leave htmlContent out when there is none').optional(),
  })
  .refine(({ plainContent, htmlContent = '' }) => bytes(plainContent) + bytes(htmlContent) <= MAX_CONTENT_BYTES, {
    path: ['plainContent'],
    message: `plainContent and htmlContent together are at most ${MAX_CONTENT_BYTES / 1024} KB`,
  })
  .superRefine(({ destinations, subject, plainContent }, context) => {
    const fit = Math.floor(MAX_ANSWER_BYTES / (answered(subject) + answered(plainContent)));
    if (eachOnce(destinations).length <= fit) return;
    const message = `content of this length goes to at most ${fit} destinations in one request: send to the others in further requests, or shorten it`;
    context.addIssue({ code: 'custom', path: ['destinations'], message });
  })
  .meta({ id: 'SendEmail' });

/** The request in a JSON body, with each address once. Throws BadRequest that names every field that is wrong. */
export function parseEmailRequest(body: string | undefined): EmailRequest {
  const request = parseJsonBody(sendEmailSchema, body);
  return { ...request, destinations: eachOnce(request.destinations) };
}

const bytes = (text: string) => Buffer.byteLength(text);
/** In JSON within JSON: the body is a string of the Lambda's answer. */
const answered = (text: string) => bytes(JSON.stringify(JSON.stringify(text)));

export const sendEmailAnswerSchema = z
  .object({
    status: z.literal('success'),
    data: z.object({ batchID: z.string().meta({ description: 'Ask for it with GET /emails/{id}' }) }),
  })
  .meta({ id: 'SendEmailAnswer' });

const emailSchema = z
  .object({
    batchId: z.string(),
    from: z.string(),
    subject: z.string(),
    recipient: z.string().meta({ description: 'The address as first given' }),
    status: z.boolean().meta({ description: 'True once a provider accepted it' }),
    state: z.enum(['QUEUED', 'SENT', 'ERROR']),
    retries: z.int().meta({ description: 'Attempts that failed' }),
    provider: z.string().nullable().meta({ description: 'Who accepted it, failed last, or may have taken it' }),
    content: z.string(),
    lastAttemptAt: z.string().nullable().meta({ description: 'ISO 8601' }),
    error: z
      .object({ code: z.string(), message: z.string(), retryable: z.boolean() })
      .optional()
      .meta({ description: "Why it is in ERROR, with every provider's answer" }),
  })
  .meta({ id: 'Email' });

export const emailsAnswerSchema = z
  .object({ status: z.literal('success'), data: z.object({ emails: z.array(emailSchema) }) })
  .meta({ id: 'EmailsAnswer' });

export const emailPathSchema = z.object({ id: z.string().meta({ description: 'The batchID of POST /emails/send' }) });

export const idempotencyHeaderSchema = z.object({
  'Idempotency-Key': z
    .string()
    .min(1)
    .max(255)
    .optional()
    .meta({ description: 'The same key again within 24 hours answers the first answer and sends nothing' }),
});
