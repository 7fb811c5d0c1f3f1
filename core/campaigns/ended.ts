import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { z } from 'zod';
import { putEvent } from '../events.ts';
import { type CampaignRecord, ENDED } from './campaign.ts';

const time = z.iso.datetime();
const rows = z.int().min(0);

/** The detail of the event CampaignEnded. It has neither addresses nor content: every rule of the account may read it. */
export const campaignEndedSchema = z.object({
  version: z.literal(1),
  id: z.string().describe('Of this end: the same in every repetition of the event, another after a redrive'),
  batchId: z.string(),
  campaignId: z.string().nullable(),
  status: z.enum(ENDED),
  reason: z.string().nullable().describe('Why it did not succeed, without addresses'),
  dryRun: z.boolean(),
  redriveCount: z.int().min(0),
  total: rows.describe('Data rows in the file: enqueued + skipped'),
  enqueued: rows,
  skipped: rows,
  counts: z.object({ PENDING: rows, QUEUED: rows, SENT: rows, ERROR: rows }).describe('They add up to enqueued'),
  unconfirmed: rows.describe('Rows in ERROR of which nobody knows whether they were sent'),
  createdAt: time,
  startedAt: time.nullable().describe('null when it was stopped before its start'),
  finishedAt: time,
  nextRetryAt: time.nullable().describe('The daily quota stopped it: it continues by itself at this time or earlier'),
});
export type CampaignEnded = z.output<typeof campaignEndedSchema>;

export interface CampaignEvents {
  /** Tells other systems that a campaign ended. Throws unless it is accepted. */
  ended(detail: CampaignEnded): Promise<void>;
}

/** Events on the product's bus. */
export const createCampaignEvents = (client: EventBridgeClient, busName: string): CampaignEvents => ({
  ended: (detail) =>
    putEvent(client, busName, { source: 'pregon.campaigns', type: 'CampaignEnded', detail, time: detail.finishedAt }),
});

/** The event of the end that the record shows, once its rows are counted. Undefined before, and after a redrive. */
export function campaignEnded(record: CampaignRecord): CampaignEnded | undefined {
  const { batchId, campaignId, reason, dryRun, redriveCount, total, enqueued, skipped, createdAt } = record;
  const status = ENDED.find((ended) => ended === record.status);
  if (!status || !record.finalCounts || !record.finishedAt) return undefined;
  const { PENDING, QUEUED, SENT, ERROR, unconfirmed } = record.finalCounts;
  return {
    version: 1,
    id: `${batchId}#${redriveCount}`,
    batchId,
    campaignId: campaignId ?? null,
    status,
    // SES names addresses in some of its answers, such as the sender that is not verified.
    reason: reason?.replace(/[^\s<>"',;:()[\]]+@[^\s<>"',;:()[\]]+/g, '<address>') ?? null,
    dryRun,
    redriveCount,
    total,
    enqueued,
    skipped,
    counts: { PENDING, QUEUED, SENT, ERROR },
    unconfirmed,
    createdAt,
    startedAt: record.startedAt ?? null,
    finishedAt: record.finishedAt,
    nextRetryAt: record.nextRetryAt ?? null,
  };
}
