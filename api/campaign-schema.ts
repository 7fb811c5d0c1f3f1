import { z } from 'zod';
import { CAMPAIGN_STATUSES } from '../core/campaigns/campaign.ts';

export const batchIdSchema = z.string().min(1).max(80).meta({
  description: "SHA-256 of the file; with a campaignId, that and half of the hash. It is the execution's name.",
  example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
});

const time = z.iso.datetime().meta({ example: '2026-11-22T10:00:00.000Z' });
const count = z.int().nonnegative();

export const countsSchema = z
  .object({ PENDING: count, QUEUED: count, SENT: count, ERROR: count })
  .meta({ id: 'Counts', description: 'They add up to enqueued at any moment.' });

export const campaignSchema = z
  .object({
    batchId: batchIdSchema,
    campaignId: z.string().nullable(),
    status: z.enum(CAMPAIGN_STATUSES),
    reason: z.string().optional().meta({ description: 'Why it ended otherwise than SUCCEEDED' }),
    total: count,
    enqueued: count,
    skipped: count,
    counts: countsSchema,
    unconfirmed: count.meta({ description: 'Of ERROR: rows of which nobody knows whether the provider took them' }),
    createdAt: time,
    startedAt: time.nullable(),
    finishedAt: time.nullable(),
    sendAt: time.nullable(),
    executionArn: z.string(),
    redriveCount: count,
    dryRun: z.boolean(),
    format: z.enum(['text', 'html']),
    warnings: z.array(z.string()),
  })
  .meta({ id: 'Campaign' });
export type CampaignAnswer = z.infer<typeof campaignSchema>;

export const campaignListSchema = z
  .object({
    campaigns: z.array(campaignSchema),
    next: z.string().optional().meta({ description: 'The `after` of the next page; absent on the last' }),
  })
  .meta({ id: 'CampaignList' });
export type CampaignListAnswer = z.infer<typeof campaignListSchema>;

export const campaignPathSchema = z.object({ batchId: batchIdSchema });

export const pageQuerySchema = z.object({
  limit: z.coerce
    .number({ error: 'must be a number' })
    .int('must be a whole number')
    .min(1, 'must be 1 or more')
    .max(100, 'must be 100 or less')
    .default(20)
    .meta({ description: 'How many, 1 to 100', override: { type: 'integer', minimum: 1, maximum: 100, default: 20 } }),
  after: z.string().optional().meta({ description: 'The `next` of the page before' }),
});

export const redriveBodySchema = z
  .strictObject({
    unconfirmed: z.enum(['resend', 'accept'], { error: 'must be resend or accept' }).optional().meta({
      description: 'What to do with unconfirmed rows, for this one redrive: send them again, or close them as they are',
    }),
  })
  .meta({ id: 'Redrive' });
