import { z } from 'zod';
import { AwsError } from '../../gateway/errors.ts';
import { decodeWords, readMime } from './mime.ts';

const addresses = z.array(z.string()).default([]);
const content = z.object({ Data: z.string(), Charset: z.string().optional() });

const sendEmailSchema = z.object({
  FromEmailAddress: z.string().optional(),
  Destination: z
    .object({ ToAddresses: addresses, CcAddresses: addresses, BccAddresses: addresses })
    .default({ ToAddresses: [], CcAddresses: [], BccAddresses: [] }),
  Content: z.object({
    Simple: z
      .object({
        Subject: content,
        Body: z.object({ Text: content.optional(), Html: content.optional() }),
        Headers: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
      })
      .optional(),
    Raw: z.object({ Data: z.string() }).optional(),
    Template: z.unknown().optional(),
  }),
  ConfigurationSetName: z.string().optional(),
  ReplyToAddresses: z.array(z.string()).default([]),
  EmailTags: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
});

/** The message of a SendEmail request. */
export interface OutgoingMessage {
  readonly from: string;
  readonly recipients: readonly string[];
  readonly subject: string;
  readonly text?: string;
  readonly html?: string;
  readonly replyTo: readonly string[];
  /** Headers of the sender's own, by name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: ReadonlyMap<string, string>;
  readonly configurationSet?: string;
}

/** https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageTag.html */
const TAG = /^[A-Za-z0-9_.@-]{1,256}$/;
/** Up to 15 of them: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageHeader.html */
const HEADER_NAME = /^[!-9;-~]{1,126}$/;
const HEADER_VALUE = /^[ -~]{1,870}$/;
const MAX_HEADERS = 15;
const ADDRESS = /^[^\s@<>]+@[^\s@<>]+$/;

/** Reads a SendEmail request with at most this many recipients. @throws BadRequestException */
export function readMessage(body: Buffer, maxRecipients: number): OutgoingMessage {
  const parsed = sendEmailSchema.safeParse(parseJson(body));
  if (!parsed.success) throw bad(z.prettifyError(parsed.error));
  const { FromEmailAddress, Destination, Content, ReplyToAddresses, EmailTags, ConfigurationSetName } = parsed.data;
  const { Simple, Raw } = Content;
  if (!Simple && !Raw) throw bad('The content must be Simple or Raw: templates are not part of this local AWS');
  const mime = Raw ? readMime(Buffer.from(Raw.Data, 'base64').toString('utf8')) : undefined;
  const from = FromEmailAddress ?? mime?.from;
  if (!from) throw bad('Missing required header: From');
  const given = [...Destination.ToAddresses, ...Destination.CcAddresses, ...Destination.BccAddresses];
  const recipients = (given.length > 0 ? given : (mime?.to ?? [])).map(bareAddress);
  if (recipients.length === 0) throw bad('Recipient list is empty');
  if (recipients.length > maxRecipients) throw bad(`Recipient count exceeds ${maxRecipients}.`);
  for (const address of [...recipients, ...ReplyToAddresses.map(bareAddress)])
    if (!ADDRESS.test(address)) throw bad('Illegal address');
  for (const { Name, Value } of EmailTags) {
    if (!TAG.test(Name) || !TAG.test(Value))
      throw bad(`Invalid tag ${Name}: a tag may only contain letters, digits, _ - . and @`);
  }
  const headers = Simple?.Headers ?? [];
  if (headers.length > MAX_HEADERS) throw bad(`A message has at most ${MAX_HEADERS} headers`);
  for (const { Name, Value } of headers) {
    if (!HEADER_NAME.test(Name) || !HEADER_VALUE.test(Value)) throw bad(`Invalid header ${Name}`);
  }
  const text = Simple ? Simple.Body.Text?.Data : mime?.text;
  const html = Simple ? Simple.Body.Html?.Data : mime?.html;
  if (text === undefined && html === undefined) throw bad('The body must have a text or an HTML part');
  return {
    // Decoded, as a mail client shows it. SES requires encoded words for a display name with other characters than ASCII.
    from: decodeWords(from),
    recipients,
    subject: Simple ? Simple.Subject.Data : (mime?.subject ?? ''),
    ...(text === undefined ? {} : { text }),
    ...(html === undefined ? {} : { html }),
    replyTo: ReplyToAddresses.map(decodeWords),
    headers: Simple ? Object.fromEntries(headers.map(({ Name, Value }) => [Name, Value])) : (mime?.headers ?? {}),
    ...(ConfigurationSetName === undefined ? {} : { configurationSet: ConfigurationSetName }),
    tags: new Map(EmailTags.map(({ Name, Value }) => [Name, Value])),
  };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw bad('The request is not valid JSON');
  }
}

/** `Ana <ana@example.com>` → `ana@example.com` */
function bareAddress(address: string): string {
  return (/<([^<>]*)>\s*$/.exec(address)?.[1] ?? address).trim();
}

const bad = (message: string) => new AwsError('BadRequestException', message, 400);
