import type { SendStatus } from '../ledger/send.ts';

export const CAMPAIGN_STATUSES = [
  'INGESTING',
  'SCHEDULED',
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
  'ABORTED',
  'TIMED_OUT',
] as const;
export type CampaignStatus = (typeof CAMPAIGN_STATUSES)[number];

export type ContentFormat = 'text' | 'html';
export type Counts = Record<SendStatus, number>;

/** What a redrive does with unconfirmed rows; for that one redrive only. */
export type UnconfirmedPolicy = 'resend' | 'accept';

/** A campaign's record: the first upload of a file wins it, and its execution's input is built from it alone. */
export interface CampaignRecord {
  batchId: string;
  campaignId?: string;
  /** Names the winner's objects: `campaigns/<batchId>/<uploadId>/`. */
  uploadId: string;
  /** Of the rows' claim: batches with the same rows, campaignId and dryRun have the same. */
  rowsKey: string;
  status: CampaignStatus;
  /** Why it ended otherwise than SUCCEEDED. */
  reason?: string;
  /** Data rows in the file = enqueued + skipped. */
  total: number;
  enqueued: number;
  skipped: number;
  dryRun: boolean;
  format: ContentFormat;
  /** The encoding that the upload named, or that was found in the file; by its name in the WHATWG standard. */
  encoding: string;
  sendAt?: string;
  warnings: string[];
  /** The SendRows concurrency, from the send rate when it was uploaded. */
  maxConcurrency: number;
  sendTimeoutSeconds: number;
  createdAt: string;
  startedAt?: string;
  finishedAt?: string;
  redriveCount: number;
  /** Exact counts, written at an end; while it runs the counts are read from the ledger. */
  finalCounts?: Counts & { unconfirmed: number };
  /** When its execution was last looked at, by whoever; milliseconds since the epoch. */
  checkedAt?: number;
  /** When it was seen to have ended; milliseconds since the epoch. */
  endSeenAt?: number;
  redrivenAt?: string;
  redriveRequest?: RedriveRequest;
  /** Why no email of the account could leave; `at` in milliseconds since the epoch. */
  accountError?: { code: string; message: string; at: number };
}

/** A redrive that was asked for through the product; `requestedAt` in milliseconds since the epoch. */
export interface RedriveRequest {
  /** The redrive count it is for: no other redrive follows its policy. */
  forRedrive: number;
  requestedAt: number;
  unconfirmed?: UnconfirmedPolicy;
}

/** Statuses in which nothing of a campaign is sent any more. */
export const ENDED: readonly CampaignStatus[] = ['SUCCEEDED', 'FAILED', 'ABORTED', 'TIMED_OUT'];
export const hasEnded = (campaign: Pick<CampaignRecord, 'status'>): boolean => ENDED.includes(campaign.status);

/** All objects of campaigns are under this prefix of the bucket. */
export const OBJECTS_PREFIX = 'campaigns/';
export const campaignPrefix = (batchId: string, uploadId: string) => `${OBJECTS_PREFIX}${batchId}/${uploadId}`;

/** The input of a campaign's execution. The same record always gives the same bytes: StartExecution is idempotent only then. */
export interface CampaignExecutionInput {
  batchId: string;
  campaignId: string | null;
  bucket: string;
  /** `<prefix>/rows.csv` */
  rowsKey: string;
  /** `campaigns/<batchId>/<uploadId>` */
  prefix: string;
  enqueued: number;
  createdAt: string;
  sendAt: string | null;
  dryRun: boolean;
  /** As DynamoDB JSON: the limiter whose rate the campaign is sent at. */
  limiterKey: Record<string, { S: string } | { N: string }>;
  format: ContentFormat;
  maxConcurrency: number;
  sendTimeoutSeconds: number;
}
