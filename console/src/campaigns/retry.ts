import type { CampaignDetail } from '../api/campaigns.ts';
import { failedOf, openOf } from './standing.ts';

/** Codes of rows that no retry can send: they have to be corrected in the file. */
const PERMANENT = new Set(['InvalidRecipient', 'MessageRejected', 'NotRenderable', 'Suppressed', 'Erased']);

export const isPermanent = (code: string): boolean => PERMANENT.has(code);

export interface Retry {
  /** Rows that ended in an error and are sent by a retry. */
  readonly failed: number;
  /** Rows that have not been tried to the end. */
  readonly open: number;
  /** Rows of which a person must decide. */
  readonly unconfirmed: number;
  /** Rows that no retry sends. */
  readonly permanent: number;
}

/** What a redrive of a campaign would do. */
export function retryOf(campaign: CampaignDetail): Retry {
  const permanent = (campaign.errors ?? [])
    .filter(({ code }) => isPermanent(code))
    .reduce((sum, { count }) => sum + count, 0);
  return {
    failed: Math.max(0, failedOf(campaign) - permanent),
    open: openOf(campaign),
    unconfirmed: campaign.unconfirmed,
    permanent,
  };
}
