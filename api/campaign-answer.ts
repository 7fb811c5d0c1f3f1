import type { CampaignRecord, Counts } from '../core/campaigns/campaign.ts';
import { executionArnOf } from '../core/campaigns/identity.ts';
import type { Ingested } from '../core/campaigns/ingest.ts';
import type { CampaignAnswer } from './campaign-schema.ts';
import type { UploadAnswer } from './upload-schema.ts';

/** How a campaign is shown. */
export function campaignAnswer(
  record: CampaignRecord,
  progress: { counts: Counts; unconfirmed: number },
  stateMachineArn: string,
): CampaignAnswer {
  return {
    batchId: record.batchId,
    campaignId: record.campaignId ?? null,
    status: record.status,
    ...(record.reason === undefined ? {} : { reason: record.reason }),
    total: record.total,
    enqueued: record.enqueued,
    skipped: record.skipped,
    counts: progress.counts,
    unconfirmed: progress.unconfirmed,
    createdAt: record.createdAt,
    startedAt: record.startedAt ?? null,
    finishedAt: record.finishedAt ?? null,
    sendAt: record.sendAt ?? null,
    executionArn: executionArnOf(stateMachineArn, record.batchId),
    redriveCount: record.redriveCount,
    dryRun: record.dryRun,
    format: record.format,
    warnings: record.warnings,
  };
}

/** The answer to an upload; a file that was uploaded before enqueues nothing. */
export function uploadAnswer({ record, duplicate, skippedRows }: Ingested, stateMachineArn: string): UploadAnswer {
  return {
    batchId: record.batchId,
    total: record.total,
    enqueued: duplicate ? 0 : record.enqueued,
    skipped: duplicate ? record.total : record.skipped,
    campaignId: record.campaignId ?? null,
    executionArn: executionArnOf(stateMachineArn, record.batchId),
    statusUrl: `/campaigns/${record.batchId}`,
    skippedRows,
    warnings: record.warnings,
    dryRun: record.dryRun,
    ...(duplicate ? { duplicate } : {}),
  };
}
