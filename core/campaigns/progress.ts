import type { CampaignRecord, Counts } from './campaign.ts';
import type { CampaignDeps } from './deps.ts';

export interface Progress {
  counts: Counts;
  /** Rows in ERROR of which nobody knows whether the email left, and nobody decided. */
  unconfirmed: number;
}

/**
 * How many rows are in each status; the four add up to `enqueued`. Exact once the campaign has ended; while it runs SENT is what
 * the workers have added, at most a batch per worker behind, QUEUED and ERROR are counted, PENDING is the rest.
 */
export async function campaignProgress(
  { ledger }: Pick<CampaignDeps, 'ledger'>,
  campaign: CampaignRecord,
): Promise<Progress> {
  if (campaign.finalCounts) {
    const { unconfirmed, ...counts } = campaign.finalCounts;
    return { counts, unconfirmed };
  }
  const [sent, queued, failed] = await Promise.all([
    ledger.readProgress(campaign.batchId),
    ledger.countByStatus(campaign, 'QUEUED'),
    ledger.countByStatus(campaign, 'ERROR'),
  ]);
  const ERROR = Math.min(failed.total, campaign.enqueued);
  const SENT = Math.min(sent, campaign.enqueued - ERROR);
  const QUEUED = Math.min(queued.total, campaign.enqueued - ERROR - SENT);
  return {
    counts: { PENDING: campaign.enqueued - ERROR - SENT - QUEUED, QUEUED, SENT, ERROR },
    unconfirmed: failed.unconfirmed,
  };
}
