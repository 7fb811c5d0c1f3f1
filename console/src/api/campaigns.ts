import { getProduct } from './product.ts';

/** What the console shows of a campaign besides its execution. */
export interface Campaign {
  /** Why it did not succeed. */
  readonly reason?: string;
  /** The daily quota stopped it: it continues by itself at this time or earlier. ISO 8601. */
  readonly nextRetryAt?: string;
}

/** The campaign whose execution has this name. Undefined when there is none. */
export const getCampaign = (name: string, signal: AbortSignal): Promise<Campaign | undefined> =>
  getProduct(`/campaigns/${encodeURIComponent(name)}`, signal);
