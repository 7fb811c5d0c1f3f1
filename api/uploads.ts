import { z } from 'zod';
import { MAX_UPLOAD_BYTES, UPLOAD_STATUSES, type UploadRecord, uploadProgress } from '../core/uploads/upload.ts';
import { batchIdSchema } from './campaigns.ts';
import { LARGE_UPLOAD, LARGE_UPLOAD_STATE } from './examples.ts';
import { optional } from './parse.ts';
import type { RouteDoc } from './routes.ts';
import { MAX_FILE_NAME, shownFileName, uploadFieldsSchema } from './upload.ts';

const shaSchema = z
  .string()
  .regex(/^[0-9a-fA-F]{64}$/, 'must be SHA-256 in hex, 64 digits')
  .transform((hex) => hex.toLowerCase())
  .meta({ description: 'SHA-256 of the file in hex: S3 then refuses another file' });

/** The body of `POST /uploads`: the file, and the options that the upload form has as fields. Unknown members are refused. */
export const newUploadSchema = z
  .strictObject({
    size: z
      .int({ error: 'must be the size of the file in bytes' })
      .min(1, 'must be 1 or more: the file is empty')
      .meta({ description: 'Of the file, in bytes: S3 refuses any other. At most 1 GB' }),
    fileName: z
      .string()
      .max(MAX_FILE_NAME, `must have at most ${MAX_FILE_NAME} characters`)
      .transform((name, context) => {
        const shown = shownFileName(name);
        if (shown !== undefined) return shown;
        context.addIssue({ code: 'custom', message: 'must not be empty' });
        return z.NEVER;
      })
      .meta({ example: 'spring-sale.csv' }),
    sha256: optional(shaSchema),
    hold: optional(z.boolean({ error: 'must be true or false' })).meta({
      description: 'Ends in READY: nothing is sent before POST /campaigns/{batchId}/start',
    }),
    ...uploadFieldsSchema.shape,
    dryRun: optional(z.boolean({ error: 'must be true or false' })).meta({
      description: 'Runs every step, but sends no email.',
    }),
  })
  .meta({ id: 'NewUpload' });

const time = z.iso.datetime();

const uploadLinkSchema = z
  .object({
    uploadId: z.string(),
    url: z.string().meta({ description: 'Where the file goes, by one request without a key' }),
    method: z.literal('PUT'),
    headers: z
      .record(z.string(), z.string())
      .meta({ description: 'The request must have them, and Content-Length, which HTTP clients set' }),
    expiresAt: time.meta({ description: 'The request must begin before' }),
    maxBytes: z.int(),
  })
  .meta({ id: 'UploadLink' });
export type UploadLinkAnswer = z.infer<typeof uploadLinkSchema>;

const uploadStateSchema = z
  .object({
    uploadId: z.string(),
    status: z
      .enum(UPLOAD_STATUSES)
      .meta({ description: 'WAITING for the file, INGESTING, and at last DONE or FAILED' }),
    rows: z.int().nonnegative().meta({ description: 'Data rows that were read so far' }),
    progress: z.number().min(0).max(1).meta({ description: 'The part of the work that is done' }),
    batchId: batchIdSchema.optional().meta({ description: 'The campaign, once the upload is DONE' }),
    duplicate: z.literal(true).optional().meta({ description: 'The file was uploaded before: nothing is sent again' }),
    reason: z.string().optional().meta({ description: 'Why it is FAILED' }),
    line: z.int().optional().meta({ description: 'The line of the file where that shows' }),
  })
  .meta({ id: 'UploadState' });
export type UploadStateAnswer = z.infer<typeof uploadStateSchema>;

export const uploadStateAnswer = (upload: UploadRecord): UploadStateAnswer => ({
  uploadId: upload.uploadId,
  status: upload.status,
  rows: upload.rows,
  progress: uploadProgress(upload),
  ...(upload.batchId !== undefined && { batchId: upload.batchId }),
  ...(upload.duplicate && { duplicate: true }),
  ...(upload.reason !== undefined && { reason: upload.reason }),
  ...(upload.line !== undefined && { line: upload.line }),
});

export const uploadPathSchema = z.object({
  uploadId: z.string().min(1).max(100).meta({ description: 'The uploadId of POST /uploads' }),
});

export const LARGE_UPLOAD_ROUTES: readonly RouteDoc[] = [
  {
    method: 'post',
    path: '/uploads',
    operationId: 'createUpload',
    tag: 'Campaigns',
    summary: `Send a campaign of up to 1 GB and 2,000,000 rows`,
    description:
      'Answers an address. The arrival of the file there, by one PUT, starts the campaign; GET /uploads/{uploadId} shows how far it is.',
    body: {
      schema: newUploadSchema,
      examples: {
        'send when it is there': { size: 734003200, fileName: 'spring-sale.csv' },
        'wait for the start': { size: 734003200, fileName: 'spring-sale.csv', campaignId: 'spring', hold: true },
      },
    },
    answers: { 201: { description: 'The address for the file', schema: uploadLinkSchema, example: LARGE_UPLOAD } },
    problems: { 400: 'A member of the body is not valid', 413: `The file is larger than ${MAX_UPLOAD_BYTES} bytes` },
  },
  {
    method: 'get',
    path: '/uploads/{uploadId}',
    operationId: 'getUpload',
    tag: 'Campaigns',
    summary: 'State of an upload',
    params: { path: uploadPathSchema },
    answers: { 200: { description: 'The upload', schema: uploadStateSchema, example: LARGE_UPLOAD_STATE } },
    problems: { 404: 'There is no such upload' },
  },
];
