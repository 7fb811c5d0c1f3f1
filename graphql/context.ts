import type { CampaignRecord, Counts, UnconfirmedPolicy } from '../core/campaigns/campaign.ts';
import type { ListedSend, SendFilter, SendPage } from '../core/ledger/queries.ts';

export interface PageRequest {
  readonly limit: number;
  readonly after?: string;
}

/** What the resolvers need of the ledger. */
export interface Sends {
  /** One page, newest first. It may be short, even empty, with `next` set: a page's work is bounded. */
  list(filter: SendFilter, page: PageRequest): Promise<SendPage>;
  get(sendId: string): Promise<ListedSend | undefined>;
}

/** A campaign and its place in the list. */
export type ListedCampaign = CampaignRecord & { readonly cursor: string };

/** What the resolvers need of the campaigns. */
export interface Campaigns {
  /** The record, brought up to date with its execution. */
  get(batchId: string): Promise<CampaignRecord | undefined>;
  /** Newest first. */
  list(page: PageRequest): Promise<{ campaigns: readonly ListedCampaign[]; next?: string }>;
  progress(campaign: CampaignRecord): Promise<{ counts: Counts; unconfirmed: number }>;
  executionArn(batchId: string): string;
  /** Throws NotFound, NothingToRedrive or UnconfirmedUndecided. */
  redrive(batchId: string, unconfirmed: UnconfirmedPolicy | undefined): Promise<CampaignRecord>;
  /** Throws NotFound or Conflict. */
  stop(batchId: string): Promise<CampaignRecord>;
}

/** What each resolver is given. */
export interface GraphqlContext {
  readonly sends: Sends;
  readonly campaigns: Campaigns;
}
