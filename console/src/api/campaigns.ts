import { askProduct, getProduct, sendProduct } from './product.ts';
import type { FeedbackKind } from './sends.ts';

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
export type SendStatus = 'PENDING' | 'QUEUED' | 'SENT' | 'ERROR';

export const FEEDBACK_NAMES = ['delivered', 'bounced', 'complained', 'unsubscribed'] as const;
export type FeedbackName = (typeof FEEDBACK_NAMES)[number];

/** A campaign as `GET /campaigns` answers it. Times are ISO 8601. */
export interface Campaign {
  readonly batchId: string;
  readonly campaignId: string | null;
  readonly fileName?: string | null;
  /** Of the first row. */
  readonly subject?: string | null;
  readonly status: CampaignStatus;
  /** Why it did not succeed; begins with a code. */
  readonly reason?: string;
  /** The daily quota stopped it: it continues by itself at this time or earlier. */
  readonly nextRetryAt?: string;
  readonly total: number;
  readonly enqueued: number;
  readonly skipped: number;
  readonly counts: Readonly<Record<SendStatus, number>>;
  /** Rows in ERROR that a provider may have accepted. */
  readonly unconfirmed: number;
  /** What was heard of the emails after they were sent. An older stack does not tell. */
  readonly feedback?: Readonly<Record<FeedbackName, number>>;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly sendAt?: string;
  readonly executionArn: string;
  readonly redriveCount: number;
  readonly dryRun: boolean;
  readonly format: 'text' | 'html';
  readonly warnings: readonly string[];
  readonly uploadedBy?: string;
  readonly stoppedBy?: string;
  readonly redrivenBy?: string;
}

/** What only `GET /campaigns/{batchId}` answers. */
export interface CampaignDetail extends Campaign {
  readonly redriveUntil?: string | null;
  readonly errors?: readonly { readonly code: string; readonly count: number }[];
  readonly perMinute?: readonly { readonly minute: string; readonly sent: number; readonly error: number }[];
}

/** One row of a campaign. */
export interface Send {
  readonly sendId: string;
  readonly rowNumber: number;
  readonly email: string;
  readonly subject: string;
  readonly status: SendStatus;
  readonly attempts: number;
  readonly error?: {
    readonly code: string;
    readonly class: string;
    readonly message: string;
    readonly retryable: boolean;
  } | null;
  readonly lastAttemptAt?: string | null;
  /** The strongest of its events. */
  readonly feedback?: FeedbackKind | null;
}

export type UnconfirmedPolicy = 'resend' | 'accept';

const pathOf = (batchId: string) => `/campaigns/${encodeURIComponent(batchId)}`;

/** One page of campaigns, newest first. */
export async function listCampaigns(
  page: { readonly size: number; readonly token?: string | undefined },
  signal: AbortSignal,
): Promise<{ readonly campaigns: readonly Campaign[]; readonly next?: string }> {
  const query = new URLSearchParams({ limit: String(page.size), ...(page.token && { after: page.token }) });
  return (await (await askProduct(`/campaigns?${query}`, { signal })).json()) as {
    campaigns: Campaign[];
    next?: string;
  };
}

/** Undefined when there is no such campaign. */
export const getCampaign = (batchId: string, signal: AbortSignal): Promise<CampaignDetail | undefined> =>
  getProduct(pathOf(batchId), signal);

export interface SendFilter {
  /** All by default. */
  readonly statuses?: readonly SendStatus[] | undefined;
  /** A whole address. */
  readonly email?: string | undefined;
}

/** One page of the rows of a campaign. */
export async function listSends(
  batchId: string,
  { statuses, email }: SendFilter,
  page: { readonly size: number; readonly token?: string | undefined },
  signal: AbortSignal,
): Promise<{ readonly sends: readonly Send[]; readonly next?: string }> {
  const query = new URLSearchParams({
    limit: String(page.size),
    ...(statuses && { status: statuses.join(',') }),
    ...(email && { email }),
    ...(page.token && { after: page.token }),
  });
  return (await (await askProduct(`${pathOf(batchId)}/sends?${query}`, { signal })).json()) as {
    sends: Send[];
    next?: string;
  };
}

/** No email leaves five seconds later. */
export const stopCampaign = (batchId: string): Promise<Campaign> => sendProduct('POST', `${pathOf(batchId)}/stop`);

/** Sends exactly the rows that are not sent and can be. */
export const redriveCampaign = (batchId: string, unconfirmed?: UnconfirmedPolicy): Promise<Campaign> =>
  sendProduct('POST', `${pathOf(batchId)}/redrive`, unconfirmed === undefined ? {} : { unconfirmed });

/** Starts a campaign that was uploaded with `hold`. */
export const startCampaign = (batchId: string): Promise<Campaign> => sendProduct('POST', `${pathOf(batchId)}/start`);

export type Report = 'skipped.csv' | 'sends.csv' | 'failed.csv';

/** A report as a file. The API needs the key, so a plain link would be refused. */
export async function downloadReport(batchId: string, report: Report, query = ''): Promise<Blob> {
  const response = await askProduct(`${pathOf(batchId)}/${report}${query}`);
  return response.blob();
}
