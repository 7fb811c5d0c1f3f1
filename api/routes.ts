import { z } from 'zod';
import {
  campaignListSchema,
  campaignPathSchema,
  campaignSchema,
  pageQuerySchema,
  redriveBodySchema,
} from './campaign-schema.ts';
import { EMAIL_ROUTES } from './email-routes.ts';
import { CAMPAIGN, CAMPAIGNS, SENDS_CSV, SKIPPED_CSV, UPLOADED, UPLOADED_BEFORE } from './examples.ts';
import { ORDER_ROUTES } from './order-routes.ts';
import { RATE_ROUTES } from './rate-routes.ts';
import { REQUEST_ROUTES } from './request-routes.ts';
import { uploadAnswerSchema, uploadFormSchema } from './upload-schema.ts';

export type Tag = 'Campaigns' | 'Emails' | 'Requests' | 'Orders' | 'Operations';

/** One answer of a route. Without a schema it has no body, or one that is no JSON. */
export interface AnswerDoc {
  description: string;
  schema?: z.ZodType;
  /** `application/json` unless told. */
  contentType?: string;
  example?: unknown;
}

/** A route as the OpenAPI page shows it: one entry here is all that a new route needs. */
export interface RouteDoc {
  method: 'get' | 'post' | 'put' | 'delete';
  path: string;
  /** Names the call in generated clients. */
  operationId: string;
  tag: Tag;
  summary: string;
  description?: string;
  /** Answers without a key. */
  open?: true;
  params?: { path?: z.ZodObject; query?: z.ZodObject; header?: z.ZodObject };
  body?: { schema: z.ZodType; contentType?: string; required?: boolean; examples?: Record<string, unknown> };
  answers: Record<number, AnswerDoc>;
  /** Problems of the product by status, and when they come. */
  problems?: Record<number, string>;
}

const campaign = { params: { path: campaignPathSchema }, tag: 'Campaigns' } as const;
const UNKNOWN = { 404: 'There is no such campaign' };
const csv = (description: string, example: string): Record<number, AnswerDoc> => ({
  200: { description, schema: z.string(), contentType: 'text/csv', example },
  302: { description: 'The report is too large for one answer: `Location` is where it lies, for five minutes' },
});

const upload = {
  method: 'post',
  tag: 'Campaigns',
  summary: 'Send a campaign: upload its CSV',
  description:
    'The header names `email`, `subject` and `content`, in any order and case; further columns are variables, `{{name}}`. ' +
    'Every valid row becomes one email, sent once. The same file again sends nothing and tells how it stands.',
  body: { schema: uploadFormSchema, contentType: 'multipart/form-data' },
  answers: {
    200: {
      description: 'The file was uploaded before: nothing is sent',
      schema: uploadAnswerSchema,
      example: UPLOADED_BEFORE,
    },
    202: {
      description: 'The campaign is running, or waits for its time',
      schema: uploadAnswerSchema,
      example: UPLOADED,
    },
  },
  problems: {
    400: 'No file, two files, a bad field, a missing column, an unclosed quote, an empty file or no valid row',
    409: 'The same file was uploaded with another sendAt or format',
    413: 'The file is larger than 4 MB',
    415: 'The file is not a CSV, or the request no form',
  },
} as const satisfies Omit<RouteDoc, 'path' | 'operationId'>;

export const ROUTES: readonly RouteDoc[] = [
  { ...upload, path: '/upload', operationId: 'upload' },
  { ...upload, path: '/campaigns/upload', operationId: 'uploadCampaign', summary: 'The same as POST /upload' },
  {
    method: 'get',
    path: '/campaigns',
    operationId: 'listCampaigns',
    tag: 'Campaigns',
    summary: 'List campaigns, newest first',
    params: { query: pageQuerySchema },
    answers: { 200: { description: 'One page', schema: campaignListSchema, example: CAMPAIGNS } },
    problems: { 400: 'A limit out of range, or an `after` that is no cursor' },
  },
  {
    ...campaign,
    method: 'get',
    path: '/campaigns/{batchId}',
    operationId: 'getCampaign',
    summary: 'How a campaign stands',
    answers: { 200: { description: 'The campaign', schema: campaignSchema, example: CAMPAIGN } },
    problems: UNKNOWN,
  },
  {
    ...campaign,
    method: 'post',
    path: '/campaigns/{batchId}/redrive',
    operationId: 'redriveCampaign',
    summary: 'Go on with what failed or was stopped',
    description:
      'Sends exactly the rows that are not sent and may be; never one that a provider may have taken, unless asked to.',
    body: {
      schema: redriveBodySchema,
      required: false,
      examples: { plain: {}, 'send unconfirmed rows again': { unconfirmed: 'resend' } },
    },
    answers: { 202: { description: 'It is running again', schema: campaignSchema, example: CAMPAIGN } },
    problems: { ...UNKNOWN, 400: 'A bad body', 409: 'There is nothing to redrive, or only unconfirmed rows are left' },
  },
  {
    ...campaign,
    method: 'post',
    path: '/campaigns/{batchId}/stop',
    operationId: 'stopCampaign',
    summary: 'Stop a campaign: no further email leaves within 5 seconds',
    description: 'A redrive resumes it.',
    answers: { 202: { description: 'It is stopping', schema: campaignSchema, example: CAMPAIGN } },
    problems: { ...UNKNOWN, 409: 'It is not running' },
  },
  {
    ...campaign,
    method: 'get',
    path: '/campaigns/{batchId}/skipped.csv',
    operationId: 'getSkippedRows',
    summary: 'The rows that were not sent, with the reason',
    answers: csv('Columns row, email, reason, code', SKIPPED_CSV),
    problems: UNKNOWN,
  },
  {
    ...campaign,
    method: 'get',
    path: '/campaigns/{batchId}/sends.csv',
    operationId: 'getSends',
    summary: 'Every recipient with its state',
    answers: csv('One line for each recipient', SENDS_CSV),
    problems: UNKNOWN,
  },
  ...EMAIL_ROUTES,
  ...ORDER_ROUTES,
  ...REQUEST_ROUTES,
  ...RATE_ROUTES,
  {
    method: 'get',
    path: '/health',
    operationId: 'health',
    tag: 'Operations',
    summary: 'Says that the API answers',
    open: true,
    answers: {
      200: {
        description: 'It does',
        schema: z.object({ status: z.literal('ok'), stage: z.string() }).meta({ id: 'Health' }),
        example: { status: 'ok', stage: 'dev' },
      },
    },
  },
];
