import { randomUUID } from 'node:crypto';
import type { AwsRequest, AwsResponse, ServiceHandler } from 'local-aws';
import {
  delivered,
  isFaulty,
  jsonAnswer,
  LOCAL_KEYS,
  LOCAL_MAILGUN_DOMAIN,
  type ProviderOptions,
  pathOf,
  simulatedError,
} from './provider-api.ts';

const MESSAGES = /^\/v3\/([^/]+)\/messages$/;
/** `Ana <ana@example.com>` or the bare address. */
const ADDRESS = /^(?:.*<([^\s<>@]+@[^\s<>@]+)>|([^\s<>@,]+@[^\s<>@,]+))$/s;

/** Mailgun's messages API as documented: https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages */
export function mailgun(options: ProviderOptions): ServiceHandler {
  const authorization = `Basic ${Buffer.from(`api:${LOCAL_KEYS.mailgun}`).toString('base64')}`;

  return async (request) => {
    const domain = MESSAGES.exec(pathOf(request.path))?.[1];
    if (domain === undefined) return message(404, 'not found');
    if (request.method !== 'POST') return message(405, 'method not allowed');
    if (await isFaulty('mailgun', options)) return message(500, 'Internal Server Error');
    if (request.headers.authorization !== authorization) {
      return { status: 401, headers: { 'content-type': 'text/html; charset=utf-8' }, body: 'Forbidden' };
    }
    if (domain !== LOCAL_MAILGUN_DOMAIN) return message(404, `Domain not found: ${domain}`);
    const form = await formOf(request);
    if (!form) return message(400, 'Content-Type must be multipart/form-data or application/x-www-form-urlencoded');
    return accept(form, domain);
  };

  async function accept(form: FormData, domain: string): Promise<AwsResponse> {
    const field = (name: string): string | undefined => {
      const value = form.get(name);
      return typeof value === 'string' && value !== '' ? value : undefined;
    };
    const from = field('from');
    const to = field('to');
    if (from === undefined) return message(400, 'from parameter is missing');
    if (addressIn(from) === undefined)
      return message(400, 'from parameter is not a valid address. please check documentation');
    if (to === undefined) return message(400, 'to parameter is missing');
    const recipient = addressIn(to);
    if (recipient === undefined) return message(400, 'to parameter is not a valid address. please check documentation');
    const [text, html] = [field('text'), field('html')];
    if (text === undefined && html === undefined) {
      return message(400, "Need at least one of 'text', 'html', 'amp-html' or 'template' parameters specified");
    }
    const sendId = field('v:sendId');
    const failure = simulatedError(recipient, sendId, options);
    if (failure) return message(failure.status, failure.reason);

    const messageId = `${randomUUID()}@${domain}`;
    await options.mailbox.append(
      delivered({
        to: recipient,
        from,
        subject: field('subject'),
        text,
        html,
        messageId,
        sendId,
        batchId: field('v:batchId'),
        channel: field('v:channel'),
        provider: 'mailgun',
        sentAt: new Date(options.now()).toISOString(),
      }),
    );
    return jsonAnswer(200, { id: `<${messageId}>`, message: 'Queued. Thank you.' });
  }
}

function addressIn(header: string): string | undefined {
  const match = ADDRESS.exec(header.trim());
  return match?.[1] ?? match?.[2];
}

/** The form's fields, in either of the two encodings. Undefined for any other content type. */
async function formOf({ headers, body }: AwsRequest): Promise<FormData | undefined> {
  const type = headers['content-type'] ?? '';
  if (!/^(multipart\/form-data|application\/x-www-form-urlencoded)/i.test(type)) return undefined;
  try {
    return await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  } catch (error) {
    // The body does not match its content type.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

const message = (status: number, text: string): AwsResponse => jsonAnswer(status, { message: text });
