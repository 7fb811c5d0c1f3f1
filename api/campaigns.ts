import { z } from 'zod';
import { CAMPAIGN_STATUSES, type CampaignRecord, feedbackOf, hasEnded } from '../core/campaigns/campaign.ts';
import type { Progress } from '../core/campaigns/progress.ts';
import { redriveUntil } from '../core/campaigns/redrive.ts';
import { type Breakdown, MAX_MINUTES } from '../core/ledger/breakdown.ts';
import { NOT_REDRIVABLE, UNKNOWN_CAMPAIGN } from './example-problems.ts';
import { CAMPAIGN, CAMPAIGN_DETAIL, CAMPAIGNS, REDRIVEN } from './examples.ts';
import { optional, pageSize } from './parse.ts';
import type { RouteDoc } from './routes.ts';

export const batchIdSchema = z
  .string()
  .regex(/^[a-z0-9-]{1,80}$/)
  .meta({
    description: 'SHA-256 of the file; with a campaignId, that and half of the hash. It is the name of the execution.',
    example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  });

const time = z.iso.datetime().meta({ example: '2026-11-22T10:00:00.000Z' });
const count = z.int().nonnegative();

export const countsSchema = z
  .object({ PENDING: count, QUEUED: count, SENT: count, ERROR: count })
  .meta({ id: 'Counts', description: 'The four add up to enqueued at any moment.' });

const keyName = (what: string) =>
  z
    .string()
    .optional()
    .meta({ description: `The name of the API key that ${what}` });

const feedbackSchema = z.object({ delivered: count, bounced: count, complained: count, unsubscribed: count }).meta({
  id: 'FeedbackCounts',
  description:
    'What was heard of the emails after they were sent. An email that was delivered and complained about is in both.',
});

export const campaignSchema = z
  .object({
    batchId: batchIdSchema,
    campaignId: z.string().nullable(),
    fileName: z.string().nullable().meta({ description: 'The name of the uploaded file' }),
    subject: z.string().nullable().meta({ description: 'Of the first row that is sent' }),
    status: z.enum(CAMPAIGN_STATUSES),
    reason: z.string().optional().meta({ description: 'Why it did not end as SUCCEEDED' }),
    nextRetryAt: time.optional().meta({
      description:
        'The daily quota of SES stopped it: it continues by itself at this time, or earlier when half of the quota is free',
    }),
    total: count,
    enqueued: count,
    skipped: count,
    counts: countsSchema,
    unconfirmed: count.meta({ description: 'Rows in ERROR that a provider may have accepted' }),
    feedback: feedbackSchema,
    createdAt: time,
    startedAt: time.nullable(),
    finishedAt: time.nullable(),
    sendAt: time.optional().meta({ description: 'When it begins, where the upload gave a time' }),
    executionArn: z.string(),
    redriveCount: count,
    dryRun: z.boolean(),
    format: z.enum(['text', 'html']),
    warnings: z.array(z.string()),
    fromName: z.string().optional().meta({ description: 'The name in From, where the upload gave one' }),
    replyTo: z.string().optional().meta({ description: 'Where answers go, where the upload gave an address' }),
    uploadedBy: keyName('uploaded it'),
    stoppedBy: keyName('stopped it last'),
    redrivenBy: keyName('redrove it last'),
  })
  .meta({ id: 'Campaign' });
export type CampaignAnswer = z.infer<typeof campaignSchema>;

const redrivenSchema = campaignSchema
  .extend({
    retrying: count.meta({
      description: 'The rows that this redrive sends; while the end is not counted yet, those that were waiting',
    }),
  })
  .meta({ id: 'RedrivenCampaign' });
export type RedriveAnswer = z.infer<typeof redrivenSchema>;

export const campaignAnswer = (
  record: CampaignRecord,
  { counts, unconfirmed }: Progress,
  executionArn: string,
): CampaignAnswer => ({
  batchId: record.batchId,
  campaignId: record.campaignId ?? null,
  fileName: record.fileName ?? null,
  subject: record.subject ?? null,
  status: record.status,
  ...(record.reason === undefined ? {} : { reason: record.reason }),
  ...(record.nextRetryAt === undefined ? {} : { nextRetryAt: record.nextRetryAt }),
  total: record.total,
  enqueued: record.enqueued,
  skipped: record.skipped,
  counts,
  unconfirmed,
  feedback: feedbackOf(record),
  createdAt: record.createdAt,
  startedAt: record.startedAt ?? null,
  finishedAt: record.finishedAt ?? null,
  ...(record.sendAt === undefined ? {} : { sendAt: record.sendAt }),
  executionArn,
  redriveCount: record.redriveCount,
  dryRun: record.dryRun,
  format: record.format,
  warnings: record.warnings,
  ...(record.fromName === undefined ? {} : { fromName: record.fromName }),
  ...(record.replyTo === undefined ? {} : { replyTo: record.replyTo }),
  ...(record.uploadedBy === undefined ? {} : { uploadedBy: record.uploadedBy }),
  ...(record.stoppedBy === undefined ? {} : { stoppedBy: record.stoppedBy }),
  ...(record.redrivenBy === undefined ? {} : { redrivenBy: record.redrivenBy }),
});

/** One campaign, with what a list leaves out because it takes further reads. */
export const campaignDetailSchema = campaignSchema
  .extend({
    redriveUntil: time.nullable().meta({
      description: 'A redrive is possible until then; null while it runs, and once it has SUCCEEDED',
    }),
    errors: z.array(z.object({ code: z.string(), count: count.positive() })).meta({
      description: 'The rows in ERROR by their code, the most frequent first; add up to counts.ERROR once it has ended',
    }),
    perMinute: z.array(z.object({ minute: time, sent: count, error: count })).meta({
      description: `Each row that ended, in the minute of its last attempt. The newest ${MAX_MINUTES.toLocaleString('en-US')} minutes; minutes without a row are left out`,
    }),
  })
  .meta({ id: 'CampaignDetail' });
export type CampaignDetailAnswer = z.infer<typeof campaignDetailSchema>;

export const campaignDetailAnswer = (
  record: CampaignRecord,
  progress: Progress,
  { errors, perMinute }: Breakdown,
  executionArn: string,
): CampaignDetailAnswer => ({
  ...campaignAnswer(record, progress, executionArn),
  redriveUntil: hasEnded(record) && record.status !== 'SUCCEEDED' ? new Date(redriveUntil(record)).toISOString() : null,
  errors,
  perMinute,
});

export const campaignListSchema = z
  .object({
    campaigns: z.array(campaignSchema),
    next: z.string().optional().meta({ description: 'The `after` of the next page; absent on the last' }),
  })
  .meta({ id: 'CampaignList' });
export type CampaignListAnswer = z.infer<typeof campaignListSchema>;

export const campaignPathSchema = z.object({ batchId: batchIdSchema });

export const pageQuerySchema = z.object({
  limit: pageSize(100, 20),
  after: z.string().optional().meta({ description: 'The `next` of the page before; empty for the first page' }),
});

export const redriveBodySchema = z
  .strictObject({
    unconfirmed: optional(z.enum(['resend', 'accept'], { error: 'must be resend or accept' })).meta({
      description: 'What this one redrive does with unconfirmed rows: send them again, or close them as they are',
    }),
  })
  .meta({ id: 'Redrive' });

const campaign = { params: { path: campaignPathSchema }, tag: 'Campaigns' } as const;
const UNKNOWN = { 404: { description: 'There is no such campaign', examples: UNKNOWN_CAMPAIGN } };

export const CAMPAIGN_ROUTES: readonly RouteDoc[] = [
  {
    method: 'get',
    path: '/campaigns',
    operationId: 'listCampaigns',
    tag: 'Campaigns',
    summary: 'List campaigns, newest first',
    params: { query: pageQuerySchema },
    answers: { 200: { description: 'One page', schema: campaignListSchema, example: CAMPAIGNS } },
    problems: { 400: 'The limit is out of range, or `after` is not a valid cursor' },
  },
  {
    ...campaign,
    method: 'get',
    path: '/campaigns/{batchId}',
    operationId: 'getCampaign',
    summary: 'State of a campaign',
    answers: { 200: { description: 'The campaign', schema: campaignDetailSchema, example: CAMPAIGN_DETAIL } },
    problems: UNKNOWN,
  },
  {
    ...campaign,
    method: 'post',
    path: '/campaigns/{batchId}/redrive',
    operationId: 'redriveCampaign',
    summary: 'Continue a campaign that failed or was stopped',
    description:
      'Sends exactly the rows that are not sent and can be. Rows that a provider may have accepted are sent only where the body asks for it.',
    body: {
      schema: redriveBodySchema,
      required: false,
      examples: { plain: {}, 'send unconfirmed rows again': { unconfirmed: 'resend' } },
    },
    answers: { 202: { description: 'The campaign is running again', schema: redrivenSchema, example: REDRIVEN } },
    problems: {
      ...UNKNOWN,
      400: 'The body is not valid',
      409: {
        description: 'There is nothing to redrive, its window is over, or only unconfirmed rows are left',
        examples: NOT_REDRIVABLE,
      },
    },
  },
  {
    ...campaign,
    method: 'post',
    path: '/campaigns/{batchId}/start',
    operationId: 'startCampaign',
    summary: 'Start a campaign that was uploaded with hold',
    description: 'A campaign is held for 30 days at most. A repeated call changes nothing.',
    answers: {
      202: { description: 'The campaign runs, or waits for sendAt', schema: campaignSchema, example: CAMPAIGN },
    },
    problems: { ...UNKNOWN, 409: 'The campaign has ended, or was held for too long' },
  },
  {
    ...campaign,
    method: 'post',
    path: '/campaigns/{batchId}/stop',
    operationId: 'stopCampaign',
    summary: 'Stop a campaign: no email leaves after 5 seconds',
    description: 'A redrive resumes it. A campaign that waits for the daily quota does not continue by itself then.',
    answers: { 202: { description: 'The campaign is stopping', schema: campaignSchema, example: CAMPAIGN } },
    problems: { ...UNKNOWN, 409: 'The campaign is not running' },
  },
];
