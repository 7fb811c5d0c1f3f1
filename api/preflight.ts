import { z } from 'zod';
import type { Preflight } from '../core/campaigns/preflight.ts';
import { asciiAddress, isAddress } from '../core/csv/address.ts';
import { batchIdSchema } from './campaigns.ts';
import { PREFLIGHT } from './examples.ts';
import { optionalField } from './parse.ts';
import type { RouteDoc } from './routes.ts';
import { REFUSED_FILES, skippedRowSchema, uploadFieldsSchema, uploadFormSchema } from './upload.ts';

const MAX_TESTS = 5;

const testToSchema = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((address) => address.trim())
      .filter((address) => address !== ''),
  )
  .refine((addresses) => addresses.length <= MAX_TESTS, `must be at most ${MAX_TESTS} addresses`)
  .refine(
    (addresses) => addresses.every((address) => address.length <= 254 && isAddress(asciiAddress(address))),
    'must be email addresses, separated by commas',
  )
  .meta({
    description:
      `Sends test mails to these addresses, at most ${MAX_TESTS}, separated by commas: the mail of the first row to the first one, and so on, ` +
      'with [Test] before the subject. A repeated call sends them again',
  });

export const preflightFieldsSchema = uploadFieldsSchema.extend({ testTo: optionalField(testToSchema) });

const count = z.int().nonnegative();

const sampleSchema = z
  .object({
    row: z.int().meta({ description: 'Data row of the file, counted from 1' }),
    to: z.string(),
    subject: z.string(),
    text: z.string(),
    html: z.string().optional().meta({ description: 'Only with format=html' }),
  })
  .meta({ id: 'Sample' });

export const preflightSchema = z
  .object({
    batchId: batchIdSchema,
    total: count.meta({ description: 'Data rows in the file' }),
    enqueued: count.meta({ description: 'Rows that an upload would send' }),
    skipped: count,
    skippedRows: z.array(skippedRowSchema).meta({ description: 'The first 100' }),
    warnings: z.array(z.string()),
    from: z.object({ email: z.string(), name: z.string().optional() }).meta({ description: 'The sender' }),
    samples: z
      .array(sampleSchema)
      .meta({ description: 'The first 10 emails as they would leave, but for their unsubscribe links' }),
    estimate: z.object({
      seconds: count.nullable().meta({
        description:
          'From the first to the last email, the daily quota considered; null while the quota lets none leave',
      }),
      perSecond: z.number().meta({ description: 'The rate in force' }),
      usd: z.number().meta({ description: 'At list prices of us-east-1, SES included' }),
    }),
    quota: z
      .object({
        max24HourSend: z.number().meta({ description: 'Recipients in any 24 hours; -1 is without limit' }),
        sentLast24Hours: z.number(),
        enough: z.boolean().meta({ description: 'False when the quota would stop the campaign for a time' }),
      })
      .nullable()
      .meta({ description: 'null when SES does not return it' }),
    duplicateOf: batchIdSchema
      .optional()
      .meta({ description: 'This file, or its rows, were sent before: an upload would send nothing' }),
    tests: z
      .array(
        z.object({
          to: z.string(),
          messageId: z.string().optional(),
          error: z.object({ code: z.string(), message: z.string() }).optional(),
        }),
      )
      .optional()
      .meta({ description: 'What became of the mails to testTo' }),
  })
  .meta({ id: 'Preflight' });
export type PreflightAnswer = z.infer<typeof preflightSchema>;

export const preflightAnswer = ({ summary, samples, estimate, ...found }: Preflight): PreflightAnswer => ({
  batchId: found.batchId,
  total: summary.total,
  enqueued: summary.enqueued,
  skipped: summary.skipped,
  skippedRows: summary.skippedRows,
  warnings: found.warnings,
  from: { email: found.from.email, ...(found.from.name !== undefined && { name: found.from.name }) },
  samples: samples.map(({ row, to, subject, text, html }) => ({
    row,
    to,
    subject,
    text,
    ...(html !== undefined && { html }),
  })),
  estimate: { ...estimate, seconds: estimate.seconds ?? null },
  quota: found.quota
    ? {
        max24HourSend: found.quota.max24HourSend,
        sentLast24Hours: found.quota.sentLast24Hours,
        enough: found.quota.enough,
      }
    : null,
  ...(found.duplicateOf !== undefined && { duplicateOf: found.duplicateOf }),
  ...(found.tests.length > 0 && { tests: found.tests }),
});

export const PREFLIGHT_ROUTES: readonly RouteDoc[] = [
  {
    method: 'post',
    path: '/campaigns/preflight',
    operationId: 'preflight',
    tag: 'Campaigns',
    summary: 'Check a file before it is sent',
    description:
      'Takes the same form as POST /upload, stores nothing and sends nothing: answers what would be sent, to whom and how, how long it ' +
      'would take and what it would cost. Only with `testTo` it sends mails, to these addresses.',
    body: {
      schema: uploadFormSchema.extend({
        testTo: testToSchema.optional().meta({ override: { type: 'string', maxLength: 1_000, default: '' } }),
      }),
      contentType: 'multipart/form-data',
    },
    answers: { 200: { description: 'What an upload would do', schema: preflightSchema, example: PREFLIGHT } },
    problems: REFUSED_FILES,
  },
];
