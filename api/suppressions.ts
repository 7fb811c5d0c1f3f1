import { z } from 'zod';
import { SUPPRESSION_REASONS } from '../core/consent/suppressions.ts';
import { addressSchema } from './emails.ts';
import { optional, pageSize } from './parse.ts';
import type { RouteDoc } from './routes.ts';

const reasonSchema = z.enum(SUPPRESSION_REASONS);

const suppressionSchema = z
  .object({
    address: z
      .string()
      .optional()
      .meta({ example: 'ana@example.com', description: 'Absent in lists where it was erased: a hash of it is kept' }),
    reason: reasonSchema,
    since: z.iso.datetime().meta({ example: '2026-11-22T10:00:00.000Z' }),
    sendId: z.string().optional().meta({ description: 'The email that led to it' }),
    erasedAt: z.iso.datetime().optional().meta({ description: 'When the address was erased' }),
  })
  .meta({ id: 'Suppression', description: 'An address that gets no campaign mail' });

const SUPPRESSION = {
  address: 'ana@example.com',
  reason: 'unsubscribed' as const,
  since: '2026-11-22T10:00:00.000Z',
  sendId: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08-1',
};

const suppressionListSchema = z
  .object({
    suppressions: z.array(suppressionSchema),
    next: z.string().optional().meta({ description: 'The `after` of the next page; absent on the last' }),
  })
  .meta({ id: 'SuppressionList' });
export type SuppressionListAnswer = z.infer<typeof suppressionListSchema>;

const after = z.string().optional().meta({ description: 'The `next` of the page before; empty for the first page' });

export const suppressionQuerySchema = z.object({
  limit: pageSize(1_000, 100),
  after,
  address: z.string().optional().meta({ description: 'Only this address' }),
});

export const suppressionCsvQuerySchema = z.object({ after });

export const suppressionPathSchema = z.object({ address: addressSchema });

export const suppressionBodySchema = z.strictObject({
  reason: optional(reasonSchema).meta({ description: 'manual by default. A stronger reason that is there stays.' }),
});

const importSchema = z
  .object({
    added: z.int().nonnegative().meta({ description: 'Addresses that are new, or have a stronger reason now' }),
    unchanged: z.int().nonnegative(),
    skipped: z.int().nonnegative(),
    skippedRows: z
      .array(z.object({ row: z.int().positive(), email: z.string(), reason: z.string() }))
      .meta({ description: 'The first 100; row is the data row, counted from 1' }),
  })
  .meta({ id: 'SuppressionImport' });
export type SuppressionImportAnswer = z.infer<typeof importSchema>;

const CSV = 'email,reason\nana@example.com,manual\n';

export const SUPPRESSION_ROUTES: readonly RouteDoc[] = [
  {
    method: 'get',
    path: '/suppressions',
    operationId: 'listSuppressions',
    tag: 'Consent',
    summary: 'The addresses that get no campaign mail',
    params: { query: suppressionQuerySchema },
    answers: {
      200: {
        description: 'A page of the list',
        schema: suppressionListSchema,
        example: { suppressions: [SUPPRESSION] },
      },
    },
    problems: { 400: 'A parameter of the query is not valid' },
  },
  {
    method: 'get',
    path: '/suppressions.csv',
    operationId: 'exportSuppressions',
    tag: 'Consent',
    summary: 'The list as CSV',
    description: 'Up to 20,000 lines. Where there are more, the header `Link` with `rel="next"` names the next part.',
    params: { query: suppressionCsvQuerySchema },
    answers: {
      200: {
        description: 'Columns email, reason, since, sendId',
        schema: z.string(),
        contentType: 'text/csv',
        example: '"email","reason","since","sendId"\n"ana@example.com","manual","2026-11-22T10:00:00.000Z",""\n',
      },
    },
    problems: { 400: '`after` is not valid' },
  },
  {
    method: 'post',
    path: '/suppressions',
    operationId: 'importSuppressions',
    tag: 'Consent',
    summary: 'Add the addresses of a CSV',
    description:
      'A header with `email` or `address`, and perhaps `reason`; up to 20,000 rows. The same file again changes nothing.',
    body: { schema: z.string().meta({ example: CSV }), contentType: 'text/csv' },
    answers: {
      200: {
        description: 'What was added',
        schema: importSchema,
        example: { added: 1, unchanged: 0, skipped: 0, skippedRows: [] },
      },
    },
    problems: { 400: 'The body is not a CSV with a column email or address', 413: 'More than 20,000 rows' },
  },
  {
    method: 'put',
    path: '/suppressions/{address}',
    operationId: 'suppress',
    tag: 'Consent',
    summary: 'Add an address',
    params: { path: suppressionPathSchema },
    body: { schema: suppressionBodySchema, required: false, examples: { manual: { reason: 'manual' } } },
    answers: { 200: { description: 'Its entry', schema: suppressionSchema, example: SUPPRESSION } },
    problems: { 400: 'The address or the body is not valid' },
  },
  {
    method: 'delete',
    path: '/suppressions/{address}',
    operationId: 'unsuppress',
    tag: 'Consent',
    summary: 'Remove an address, so that it gets campaign mail again',
    params: { path: suppressionPathSchema },
    answers: { 204: { description: 'It is removed' } },
    problems: { 400: 'The address is not valid', 404: 'The address is not on the list' },
  },
];
