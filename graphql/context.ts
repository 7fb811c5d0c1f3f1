import type { CampaignRecord, Counts, UnconfirmedPolicy } from '../core/campaigns/campaign.ts';
import type { Send, SendStatus } from '../core/ledger/send.ts';

/** A send, or a campaign, and its place in a list. */
export type Placed<T> = T & { readonly cursor: string };

/** Which sends to list; times are the ledger's: ISO 8601, UTC, milliseconds. */
export interface SendFilter {
  readonly statuses?: readonly SendStatus[];
  /** Inclusive, on createdAt. */
  readonly from?: string;
  /** Exclusive, on createdAt. */
  readonly to?: string;
  readonly batchId?: string;
  readonly campaignId?: string;
  readonly email?: string;
}

export interface PageRequest {
  readonly limit: number;
  readonly after?: string;
}

/** What the resolvers need of the ledger. */
export interface Sends {
  /** One page, newest first. It may be short, even empty, with `next` set: a page's work is bounded. */
  list(filter: SendFilter, page: PageRequest): Promise<{ sends: readonly Placed<Send>[]; next?: string }>;
  get(sendId: string): Promise<Placed<Send> | undefined>;
}

/** What the resolvers need of the campaigns. */
export interface Campaigns {
  /** The record, brought up to date with its execution. */
  get(batchId: string): Promise<CampaignRecord | undefined>;
  /** Newest first. */
  list(page: PageRequest): Promise<{ campaigns: readonly Placed<CampaignRecord>[]; next?: string }>;
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
