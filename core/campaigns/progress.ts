import { type Breakdown, BreakdownCounter } from '../ledger/breakdown.ts';
import type { CampaignRecord, Counts } from './campaign.ts';
import type { CampaignDeps } from './deps.ts';

export interface Progress {
  counts: Counts;
  /** Rows in ERROR that a provider may have accepted, and that nobody has decided about. */
  unconfirmed: number;
}

/**
 * The number of rows in each status; the four add up to `enqueued`. Exact once the campaign has ended. While it runs, SENT is what the
 * workers have added, which is at most one batch per worker behind; QUEUED and ERROR are counted; PENDING is the rest.
 */
export async function campaignProgress(
  { ledger, counters }: Pick<CampaignDeps, 'ledger' | 'counters'>,
  campaign: CampaignRecord,
): Promise<Progress> {
  if (campaign.finalCounts) {
    const { unconfirmed, ...counts } = campaign.finalCounts;
    return { counts, unconfirmed };
  }
  const [sent, queued, failed] = await Promise.all([
    counters.sent(campaign.batchId),
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

/** The rows that ended by reason and by minute: exact once the campaign has ended, and its counts are written. */
export async function campaignBreakdown(
  { ledger, counters }: Pick<CampaignDeps, 'ledger' | 'counters'>,
  campaign: CampaignRecord,
): Promise<Breakdown> {
  const kept = campaign.finalCounts && (await counters.breakdown(campaign.batchId));
  if (kept) return kept;
  const counter = new BreakdownCounter();
  const [minutes] = await Promise.all([
    counters.sentByMinute(campaign.batchId),
    ledger.visitErrors(campaign, (row) => counter.addRow(row)),
  ]);
  for (const { minute, sent } of minutes) counter.addSent(minute, sent);
  return counter.result();
}
