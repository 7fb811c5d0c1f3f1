import type { SendStatus } from '../ledger/send.ts';

export const CAMPAIGN_STATUSES = [
  'INGESTING',
  'READY',
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

/** What one redrive does with unconfirmed rows. */
export type UnconfirmedPolicy = 'resend' | 'accept';

/** How many emails of a campaign have each event. An email that was delivered and complained about is in both. */
export interface FeedbackCounts {
  delivered?: number;
  bounced?: number;
  complained?: number;
  unsubscribed?: number;
}

/** The counts of a record, 0 where nothing was heard. */
export const feedbackOf = (record: FeedbackCounts): Required<FeedbackCounts> => ({
  delivered: record.delivered ?? 0,
  bounced: record.bounced ?? 0,
  complained: record.complained ?? 0,
  unsubscribed: record.unsubscribed ?? 0,
});

/** The emails since its last redrive by which a campaign is judged: their delivery or bounce is known; SES's mailbox simulator aside. */
export interface Judged {
  judged?: number;
  judgedBounced?: number;
  judgedComplained?: number;
}

export type FeedbackTotals = FeedbackCounts & Judged;

/** A campaign's record. The first upload of a file creates it, and the execution's input is made from it alone. */
export interface CampaignRecord extends FeedbackTotals {
  batchId: string;
  campaignId?: string;
  /** The name of the uploaded file; records of earlier releases have none. */
  fileName?: string;
  /** Of the first row that is sent. */
  subject?: string;
  /** The upload that created the record. Its objects are under `campaigns/<batchId>/<uploadId>/`. */
  uploadId: string;
  /** Of the rows' claim: batches with the same rows, campaignId and dryRun have the same. */
  rowsKey: string;
  status: CampaignStatus;
  /** Why it did not succeed. */
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
  /** The name in From, in place of the configured one. */
  fromName?: string;
  replyTo?: string;
  warnings: string[];
  /** The concurrency of SendRows, from the send rate at the upload. */
  maxConcurrency: number;
  /** How many rows a child of SendRows sends. Records of an earlier release have none: then it is one. */
  rowsPerChild?: number;
  /** The concurrency that its Map Run was last set to, as its share of the rate. */
  concurrency?: number;
  sendTimeoutSeconds: number;
  createdAt: string;
  startedAt?: string;
  finishedAt?: string;
  redriveCount: number;
  /** Exact counts, written at an end. While it runs, the counts are read from the ledger. An earlier release did not count `retryable`. */
  finalCounts?: Counts & { unconfirmed: number; retryable?: number };
  /** When its execution was last described, in milliseconds since the epoch. */
  checkedAt?: number;
  /** When its end was noticed, in milliseconds since the epoch. */
  endSeenAt?: number;
  redrivenAt?: string;
  redriveRequest?: RedriveRequest;
  /** The names of the API keys that uploaded it, stopped it last, and redrove it last. */
  uploadedBy?: string;
  stoppedBy?: string;
  redrivenBy?: string;
  /** Why the account could not send; `at` in milliseconds since the epoch. */
  accountError?: { code: string; message: string; at: number };
  /** It is FAILED by the daily quota, and continues by itself at this time or earlier. ISO 8601. */
  nextRetryAt?: string;
}

/** A redrive that was requested through the product, not at Step Functions. `requestedAt` is in milliseconds since the epoch. */
export interface RedriveRequest {
  /** The redrive count that it is for. Its policy holds for no other redrive. */
  forRedrive: number;
  requestedAt: number;
  unconfirmed?: UnconfirmedPolicy;
  /** The name of the API key that requested it. */
  keyName?: string;
}

/** Statuses in which no row of a campaign is sent any more. */
export const ENDED = ['SUCCEEDED', 'FAILED', 'ABORTED', 'TIMED_OUT'] as const satisfies CampaignStatus[];
export const hasEnded = ({ status }: Pick<CampaignRecord, 'status'>): boolean =>
  ENDED.some((ended) => ended === status);

/** All objects of campaigns are under this prefix of the bucket. */
export const OBJECTS_PREFIX = 'campaigns/';
/** What the workflow's Maps write about their children is under this one, where a lifecycle rule can name it. */
export const RESULTS_PREFIX = 'results/';
export const campaignPrefix = (batchId: string, uploadId: string) => `${OBJECTS_PREFIX}${batchId}/${uploadId}`;
