import type { CampaignRecord } from '../../../core/campaigns/campaign.ts';

/** A campaign's record with what a test cares about in place of the rest. */
export function campaignRecord(override: Partial<CampaignRecord> = {}): CampaignRecord {
  return {
    batchId: 'b1',
    uploadId: 'u1',
    status: 'INGESTING',
    total: 3,
    enqueued: 2,
    skipped: 1,
    dryRun: false,
    format: 'text',
    warnings: [],
    encoding: 'utf-8',
    rowsKey: 'rows1',
    maxConcurrency: 250,
    rowsPerChild: 1,
    sendTimeoutSeconds: 3600,
    createdAt: '2026-11-22T10:00:00.000Z',
    redriveCount: 0,
    ...override,
  };
}
