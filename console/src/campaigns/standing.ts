import type { StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { Campaign } from '../api/campaigns.ts';
import { formatCount } from '../format/number.ts';
import { t } from '../i18n/texts.ts';

type CountedCampaign = Pick<
  Campaign,
  'status' | 'counts' | 'unconfirmed' | 'enqueued' | 'dryRun' | 'nextRetryAt' | 'reason'
>;

/** How a campaign stands, in words: the status with what is not sent, so that it never looks better than it is. */
export function standingOf(campaign: CountedCampaign): { type: StatusIndicatorProps.Type; text: string } {
  const { type, text, rest } = plainStanding(campaign);
  const { failed, unsent, unconfirmed } = t.campaigns.standing;
  const [failedRows, unsentRows] = [failedOf(campaign), unsentOf(campaign)];
  const parts = [
    text,
    ...(rest === 'failed' && failedRows > 0 ? [failed(formatCount(failedRows))] : []),
    ...(rest === 'unsent' ? [unsent(formatCount(unsentRows))] : []),
    ...(rest !== undefined && campaign.unconfirmed > 0 ? [unconfirmed(formatCount(campaign.unconfirmed))] : []),
  ];
  return { type: type === 'success' && parts.length > 1 ? 'warning' : type, text: parts.join(', ') };
}

/** The status alone, and which rows have to be named beside it. */
function plainStanding(campaign: CountedCampaign): {
  type: StatusIndicatorProps.Type;
  text: string;
  rest?: 'failed' | 'unsent';
} {
  const words = t.campaigns.standing;
  switch (campaign.status) {
    case 'INGESTING':
      return { type: 'in-progress', text: words.ingesting };
    case 'READY':
      return { type: 'pending', text: words.ready };
    case 'SCHEDULED':
      return { type: 'pending', text: words.scheduled };
    case 'RUNNING':
      return { type: 'in-progress', text: campaign.dryRun ? words.runningDry : words.running, rest: 'failed' };
    case 'SUCCEEDED':
      return { type: 'success', text: campaign.dryRun ? words.sentDry : words.sent, rest: 'failed' };
    case 'FAILED':
      if (campaign.nextRetryAt !== undefined) return { type: 'pending', text: words.waitsForQuota, rest: 'unsent' };
      if (readReason(campaign.reason).code === 'CampaignIncomplete') {
        return { type: 'error', text: words.incomplete, rest: 'unsent' };
      }
      return { type: 'error', text: words.stopped, rest: 'unsent' };
    case 'ABORTED':
      return { type: 'stopped', text: words.paused, rest: 'unsent' };
    case 'TIMED_OUT':
      return { type: 'error', text: words.timedOut, rest: 'unsent' };
  }
}

/** The code with which the reason of an end begins, and the rest of it. */
export function readReason(reason: string | undefined): { code: string | undefined; text: string } {
  const match = /^([A-Z][A-Za-z.]+): (.*)$/s.exec(reason ?? '');
  return match === null ? { code: undefined, text: reason ?? '' } : { code: match[1], text: match[2] ?? '' };
}

/** Rows of which it is known that they are not sent. */
export const unsentOf = ({
  enqueued,
  counts,
  unconfirmed,
}: Pick<Campaign, 'enqueued' | 'counts' | 'unconfirmed'>): number => Math.max(0, enqueued - counts.SENT - unconfirmed);

/** Rows in ERROR of which it is known that they were not sent. */
export const failedOf = ({ counts, unconfirmed }: Pick<Campaign, 'counts' | 'unconfirmed'>): number =>
  Math.max(0, counts.ERROR - unconfirmed);

/** Rows that have not ended. */
export const openOf = ({ enqueued, counts }: Pick<Campaign, 'enqueued' | 'counts'>): number =>
  Math.max(0, enqueued - counts.SENT - counts.ERROR);

/** Whether it has ended with rows about which an operator must decide. A dry run has sent none. */
export const needsDecision = ({
  status,
  unconfirmed,
  dryRun,
}: Pick<Campaign, 'status' | 'unconfirmed' | 'dryRun'>): boolean =>
  unconfirmed > 0 && !dryRun && (status === 'FAILED' || status === 'ABORTED' || status === 'TIMED_OUT');

/** Whether its numbers change by themselves. */
export const isMoving = ({ status }: Pick<Campaign, 'status'>): boolean =>
  status === 'INGESTING' || status === 'RUNNING';

/** What a campaign is called: the name its uploader gave it, else its file, else the beginning of its hash. */
export const nameOf = ({
  campaignId,
  fileName,
  batchId,
}: Pick<Campaign, 'campaignId' | 'fileName' | 'batchId'>): string =>
  campaignId ?? fileName ?? batchId.slice(0, SHORT_ID);

/** So many characters of a hash are shown. */
export const SHORT_ID = 8;
