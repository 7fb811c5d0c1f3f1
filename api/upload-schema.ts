import { z } from 'zod';
import { encodingByLabel } from '../core/csv/encoding.ts';
import { SKIP_REASONS, type SkipCode } from '../core/csv/skip.ts';
import { batchIdSchema } from './campaign-schema.ts';

/** A form sends an empty field for what its user left out. */
const optional = <S extends z.ZodType>(schema: S) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

export const campaignIdSchema = z
  .string()
  .regex(/^[a-z0-9-]{1,32}$/, 'must be 1 to 32 of a-z, 0-9 and -')
  .meta({
    description: 'Groups uploads, such as spring-sale. The same file under another campaignId is sent once more.',
  });

/** ISO 8601 lets the seconds be left out. */
const withSeconds = (time: string) => time.replace(/(T\d\d:\d\d)(?=[Z+-])/, '$1:00');

export const sendAtSchema = z
  .string()
  .transform(withSeconds)
  .pipe(
    z.iso.datetime({ offset: true, error: 'must be a time in ISO 8601 with its zone, such as 2026-12-24T08:00:00Z' }),
  )
  .transform((time) => new Date(time).toISOString())
  .meta({
    description:
      'When sending begins, in ISO 8601 with a zone, such as 2026-12-24T08:00:00+01:00; at most a year ahead. Left out: now.',
  });

export const formatSchema = z.enum(['text', 'html'], { error: 'must be text or html' }).meta({
  description:
    'What the content is; text when left out. With html a text part is made from it, and variables are escaped.',
});

const dryRunSchema = z
  .enum(['true', 'false', '1', '0'], { error: 'must be true or false' })
  .transform((value) => value === 'true' || value === '1')
  .meta({
    description: 'Goes all the way, but no email leaves.',
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
      'The encoding of the file, as a WHATWG label such as windows-1251 or shift_jis. Left out: UTF-8, UTF-16 with its mark, or Windows-1252.',
  });

const unknownEncoding = (label: string) =>
  `"${label.slice(0, 40)}" is not a known encoding; give a WHATWG label, such as utf-8, windows-1251, shift_jis or gbk`;

/** The fields of the upload's form, its file aside. A field with another name is refused: a mistyped dryRun would send. */
export const uploadFieldsSchema = z.strictObject(
  {
    campaignId: optional(campaignIdSchema),
    sendAt: optional(sendAtSchema),
    dryRun: optional(dryRunSchema),
    format: optional(formatSchema),
    encoding: optional(encodingSchema),
  },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `unknown field ${issue.keys.join(', ')}: there are file, campaignId, sendAt, dryRun, format and encoding`
        : undefined,
  },
);

/**
 * The same with its file, as it is documented. Swagger UI fills a form with a sample of each field that has no default: a campaign of a
 * random name, sent now. An empty default is what it means to say nothing.
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
      .meta({ description: 'Where the campaign is seen, relative to the API', example: '/campaigns/…' }),
    skippedRows: z.array(skippedRowSchema).meta({ description: 'The first 100; all are in skipped.csv' }),
    warnings: z.array(z.string()),
    dryRun: z.boolean(),
    duplicate: z.literal(true).optional().meta({ description: 'The file was uploaded before: nothing is sent' }),
  })
  .meta({ id: 'Upload' });
export type UploadAnswer = z.infer<typeof uploadAnswerSchema>;
