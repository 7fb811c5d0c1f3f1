import { z } from 'zod';
import { isAddress } from '../csv/address.ts';
import { parseJsonBody } from '../http/parse.ts';

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

const party = z.strictObject({
  email: z
    .string()
    .max(254, 'an address has at most 254 characters')
    .refine(isAddress, 'this is not an email address that can be delivered to'),
  name: line('a name').max(MAX_NAME, `a name has at most ${MAX_NAME} characters`).optional(),
});

/** The body of `POST /emails/send`. */
export const emailRequestSchema = z
  .strictObject({
    from: party,
    destinations: z
      .array(party)
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
  });

export type EmailParty = z.infer<typeof party>;
export type EmailRequest = z.infer<typeof emailRequestSchema>;

/** The request in a JSON body, with each address once. Throws BadRequest that names every field that is wrong. */
export function parseEmailRequest(body: string | undefined): EmailRequest {
  const request = parseJsonBody(emailRequestSchema, body);
  return { ...request, destinations: eachOnce(request.destinations) };
}

/** Addresses that differ in case only are one mailbox: the first spelling stays. */
export function eachOnce(destinations: readonly EmailParty[]): EmailParty[] {
  const byAddress = new Map<string, EmailParty>();
  for (const destination of destinations) {
    const address = destination.email.toLowerCase();
    if (!byAddress.has(address)) byAddress.set(address, destination);
  }
  return [...byAddress.values()];
}

const bytes = (text: string) => Buffer.byteLength(text);
/** In JSON within JSON: the body is a string of the Lambda's answer. */
const answered = (text: string) => bytes(JSON.stringify(JSON.stringify(text)));
