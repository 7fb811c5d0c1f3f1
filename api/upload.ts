import { z } from 'zod';
import type { Counts } from '../core/campaigns/campaign.ts';
import type { Ingested } from '../core/campaigns/ingest.ts';
import type { CampaignOptions } from '../core/campaigns/options.ts';
import { asciiAddress, isAddress } from '../core/csv/address.ts';
import { encodingByLabel } from '../core/csv/encoding.ts';
import { CSV_LIMITS } from '../core/csv/limits.ts';
import { SKIP_REASONS, type SkipCode } from '../core/csv/skip.ts';
import { parseZonedTime } from '../core/time.ts';
import { batchIdSchema, countsSchema } from './campaigns.ts';
import { BAD_FILES, OTHER_OPTIONS } from './example-problems.ts';
import { UPLOADED, UPLOADED_BEFORE } from './examples.ts';
import { atMost, mailLine, mailText, optionalField } from './parse.ts';
import type { RouteDoc } from './routes.ts';

const campaignIdSchema = z
  .string()
  .regex(/^[a-z0-9-]{1,32}$/, 'must be 1 to 32 of a-z, 0-9 and -')
  .meta({
    description: 'Groups uploads, such as spring-sale. The same file under another campaignId is sent once more.',
  });

const sendAtSchema = z
  .string()
  .transform((text, context) => {
    const time = parseZonedTime(text.trim());
    if (time !== undefined) return time;
    context.addIssue({
      code: 'custom',
      message: 'must be a time in ISO 8601 with its zone, such as 2026-12-24T08:00:00Z or 2026-12-24T08:00:00+01:00',
    });
    return z.NEVER;
  })
  .meta({
    description:
      'When sending begins, in ISO 8601 with a zone, such as 2026-12-24T08:00:00+01:00; at most 330 days ahead. By default now.',
  });

const formatSchema = z.enum(['text', 'html'], { error: 'must be text or html' }).meta({
  description:
    'The format of the content, by default text. With html a text part is made from it, and variables are escaped.',
});

const dryRunSchema = z
  .enum(['true', 'false', '1', '0'], { error: 'must be true or false' })
  .transform((value) => value === 'true' || value === '1')
  .meta({
    description: 'Runs every step, but sends no email.',
  });

/** A WHATWG label, as its encoding's name. https://encoding.spec.whatwg.org/#names-and-labels */
export const encodingSchema = z
  .string()
  .transform((label, context) => {
    const name = encodingByLabel(label);
    if (name === undefined) {
      context.addIssue({ code: 'custom', message: unknownEncoding(label) });
      return z.NEVER;
    }
    return name;
  })
  .meta({
    description:
      'The encoding of the file, as a WHATWG label such as windows-1251 or shift_jis. By default UTF-8, UTF-16 with a byte order mark, or Windows-1252.',
  });

const unknownEncoding = (label: string) =>
  `"${label.slice(0, 40)}" is not a known encoding; give a WHATWG label, such as utf-8, windows-1251, shift_jis or gbk`;

/** A browser writes every line break of a text area as CRLF, other clients as LF: the same text is the same upload. */
const withLineFeeds = (text: string) => text.replaceAll('\r\n', '\n');

const subjectSchema = atMost(
  mailLine(),
  CSV_LIMITS.subjectCharacters,
  `must have at most ${CSV_LIMITS.subjectCharacters} characters`,
)
  .refine((text) => text.trim() !== '', 'must not be blank')
  .meta({
    description:
      'A template for the subject of all rows, such as Hello {{name}}; the file then needs no column subject. It counts as a part of the file',
  });

const contentSchema = mailText()
  .transform(withLineFeeds)
  .refine((text) => Buffer.byteLength(text) <= CSV_LIMITS.contentBytes, 'must have at most 64 KB')
  .refine((text) => text.trim() !== '', 'must not be blank')
  .meta({
    description: 'A template for the content of all rows, at most 64 KB; the file then needs no column content',
  });

const MAX_FROM_NAME = 128;
const fromNameSchema = atMost(mailLine(), MAX_FROM_NAME, `must have at most ${MAX_FROM_NAME} characters`).meta({
  description: 'The name in From, in place of the configured one; the address stays',
});

const replyToSchema = z
  .string()
  .max(254, 'must have at most 254 characters')
  .refine((text) => isAddress(asciiAddress(text)), 'must be one email address')
  .meta({ description: 'Where answers go, one address; by default to the sender' });

/** The fields of the upload form without its file. Unknown fields are refused, because a mistyped dryRun would send. */
export const uploadFieldsSchema = z.strictObject(
  {
    campaignId: optionalField(campaignIdSchema),
    sendAt: optionalField(sendAtSchema),
    dryRun: optionalField(dryRunSchema),
    format: optionalField(formatSchema),
    encoding: optionalField(encodingSchema),
    subject: optionalField(subjectSchema),
    content: optionalField(contentSchema),
    fromName: optionalField(fromNameSchema),
    replyTo: optionalField(replyToSchema),
  },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `unknown field ${issue.keys.join(', ')}: known are file, campaignId, sendAt, dryRun, format, encoding, subject, content, fromName and replyTo`
        : undefined,
  },
);

/** As most file systems allow. */
export const MAX_FILE_NAME = 255;

/** The last part of the name that a client gives, which may be a path. It names nothing of ours: it is shown to people. */
export function shownFileName(given: string): string | undefined {
  const name = given
    .split(/[\\/]/)
    .at(-1)
    ?.replace(/[\p{C}]/gu, '')
    .trim();
  return name ? name.slice(0, MAX_FILE_NAME).toWellFormed() : undefined;
}

const encodingIn = (encoding: string | undefined) => (encoding === undefined ? {} : { encoding });

/** The options of a campaign from the fields of a request. `charset` is the encoding of the file where no field names one. */
export const campaignOptionsOf = (
  {
    campaignId,
    sendAt,
    dryRun,
    format,
    encoding,
    subject,
    content,
    fromName,
    replyTo,
  }: z.output<typeof uploadFieldsSchema>,
  charset?: string,
): CampaignOptions => ({
  ...(campaignId !== undefined && { campaignId }),
  ...(sendAt !== undefined && { sendAt }),
  dryRun: dryRun ?? false,
  format: format ?? 'text',
  ...encodingIn(encoding ?? charset),
  templates: { ...(subject !== undefined && { subject }), ...(content !== undefined && { content }) },
  ...(fromName !== undefined && { fromName }),
  ...(replyTo !== undefined && { replyTo }),
});

/**
 * The form with its file, for the documentation. Swagger UI fills fields that have no default with a sample, which would send a campaign
 * with a random name at once. Empty defaults leave these fields out.
 */
export const uploadFormSchema = z.object({
  file: z.unknown().meta({
    description: 'The CSV, up to 4 MB',
    override: { type: 'string', format: 'binary' },
  }),
  campaignId: campaignIdSchema.optional().meta({ override: { pattern: '^[a-z0-9-]{0,32}$', default: '' } }),
  sendAt: sendAtSchema.optional().meta({ override: { type: 'string', default: '' } }),
  dryRun: dryRunSchema.optional().meta({ override: { type: 'string', enum: ['false', 'true'], default: 'false' } }),
  format: formatSchema.optional().meta({ override: { default: 'text' } }),
  encoding: encodingSchema.optional().meta({ override: { type: 'string', default: '' } }),
  subject: subjectSchema
    .optional()
    .meta({ override: { type: 'string', maxLength: CSV_LIMITS.subjectCharacters, default: '' } }),
  content: contentSchema.optional().meta({ override: { type: 'string', default: '' } }),
  fromName: fromNameSchema.optional().meta({ override: { type: 'string', maxLength: MAX_FROM_NAME, default: '' } }),
  replyTo: replyToSchema.optional().meta({ override: { type: 'string', maxLength: 254, default: '' } }),
});

export const skippedRowSchema = z
  .object({
    row: z.int().meta({ description: 'Data row of the file, counted from 1', example: 3 }),
    email: z.string().meta({ example: 'not-an-address' }),
    reason: z.string().meta({ example: '"not-an-address" is not a valid email address.' }),
    code: z.enum(Object.keys(SKIP_REASONS) as [SkipCode, ...SkipCode[]]).meta({ example: 'email_invalid' }),
  })
  .meta({ id: 'SkippedRow' });

export const uploadAnswerSchema = z
  .object({
    batchId: batchIdSchema,
    total: z.int().meta({ description: 'Data rows in the file', example: 25 }),
    enqueued: z
      .int()
      .meta({ description: 'Rows that this upload sends: 0 for a file that was uploaded before', example: 23 }),
    skipped: z.int().meta({ description: 'Rows that this upload does not send', example: 2 }),
    campaignId: z.string().nullable(),
    executionArn: z.string().meta({ description: 'The Step Functions execution' }),
    statusUrl: z
      .string()
      .meta({ description: 'Address of the campaign, relative to the API', example: '/campaigns/…' }),
    skippedRows: z.array(skippedRowSchema).meta({ description: 'The first 100; all are in skipped.csv' }),
    warnings: z.array(z.string()),
    dryRun: z.boolean(),
    duplicate: z.literal(true).optional().meta({ description: 'The file was uploaded before: nothing is sent' }),
    counts: countsSchema.optional().meta({ description: 'The rows in each status; only with `duplicate`' }),
  })
  .meta({ id: 'Upload' });
export type UploadAnswer = z.infer<typeof uploadAnswerSchema>;

/** A file that was uploaded before enqueues nothing. Its answer has the counts of the campaign as they are now. */
export const uploadAnswer = (
  { record, duplicate, skippedRows }: Ingested,
  executionArn: string,
  counts?: Counts,
): UploadAnswer => ({
  batchId: record.batchId,
  total: record.total,
  enqueued: duplicate ? 0 : record.enqueued,
  skipped: duplicate ? record.total : record.skipped,
  campaignId: record.campaignId ?? null,
  executionArn,
  statusUrl: `/campaigns/${record.batchId}`,
  skippedRows,
  warnings: record.warnings,
  dryRun: record.dryRun,
  ...(duplicate ? { duplicate } : {}),
  ...(counts ? { counts } : {}),
});

/** Why a file is refused, by the status. */
export const REFUSED_FILES: NonNullable<RouteDoc['problems']> = {
  400: {
    description:
      'No file, two files, a field that is not valid, a missing column, an unclosed quote, an empty file or no valid row',
    examples: BAD_FILES,
  },
  413: 'The file is larger than 4 MB: POST /uploads takes it',
  415: 'The file is not a CSV, or the request is not a form',
};

const upload = {
  method: 'post',
  tag: 'Campaigns',
  summary: 'Send a campaign: upload its CSV',
  description:
    'The header names `email`, `subject` and `content`, in any order and case; further columns are variables, `{{name}}`. ' +
    'With the fields `subject` and `content` all rows share these templates, and the file needs neither column. ' +
    'Every valid row becomes one email, sent once. A repeated upload of a file sends nothing and answers its batchId.',
  body: { schema: uploadFormSchema, contentType: 'multipart/form-data' },
  answers: {
    200: {
      description: 'The file was uploaded before: nothing is sent',
      schema: uploadAnswerSchema,
      example: UPLOADED_BEFORE,
    },
    202: { description: 'The campaign runs, or waits for sendAt', schema: uploadAnswerSchema, example: UPLOADED },
  },
  problems: {
    ...REFUSED_FILES,
    409: {
      description: 'The same file was uploaded with another sendAt, format, encoding, fromName or replyTo',
      examples: OTHER_OPTIONS,
    },
  },
} as const satisfies Omit<RouteDoc, 'path' | 'operationId'>;

export const UPLOAD_ROUTE: RouteDoc = { ...upload, path: '/upload', operationId: 'upload' };
export const UPLOAD_ALIAS: RouteDoc = {
  ...upload,
  path: '/campaigns/upload',
  operationId: 'uploadCampaign',
  summary: 'The same as POST /upload',
};
