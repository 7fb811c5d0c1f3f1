import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

export interface CampaignView {
  batchId: string;
  campaignId?: string;
  status: string;
  reason?: string;
  /** It continues by itself at this time or earlier. */
  nextRetryAt?: string;
  total: number;
  enqueued: number;
  skipped: number;
  counts: { PENDING: number; QUEUED: number; SENT: number; ERROR: number };
  unconfirmed: number;
  createdAt: string;
  startedAt?: string;
  finishedAt?: string;
  redriveCount: number;
  dryRun: boolean;
  warnings?: string[];
}

export interface UploadView {
  batchId: string;
  total: number;
  enqueued: number;
  skipped: number;
  duplicate?: boolean;
  /** Only for a file that was sent before. */
  counts?: CampaignView['counts'];
  skippedRows: { row: number; email: string; reason: string }[];
  warnings: string[];
}

/** Where a large file goes. */
export interface UploadLink {
  uploadId: string;
  url: string;
  headers: Record<string, string>;
}

export interface UploadState {
  status: 'WAITING' | 'INGESTING' | 'DONE' | 'FAILED';
  rows: number;
  /** From 0 to 1. */
  progress: number;
  batchId?: string;
  duplicate?: boolean;
  reason?: string;
}

export interface FailedSend {
  rowNumber: number;
  email: string;
  error?: { code: string; message: string };
}

/** An answer with an error status. The message comes from its problem document. */
export class ApiProblem extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ApiProblem';
    this.status = status;
  }
}

export interface UploadOptions {
  campaignId?: string;
  dryRun?: boolean;
}

/** Client of the product's HTTP API. */
export class ProductClient {
  private readonly apiUrl: string;
  private readonly apiKey: string;

  constructor(apiUrl: string, apiKey: string) {
    this.apiUrl = apiUrl.replace(/\/$/, '');
    this.apiKey = apiKey;
  }

  async upload(file: string, options: UploadOptions): Promise<UploadView> {
    const form = new FormData();
    form.append('file', new Blob([await readFile(file)], { type: 'text/csv' }), basename(file));
    if (options.campaignId !== undefined) form.append('campaignId', options.campaignId);
    if (options.dryRun) form.append('dryRun', 'true');
    return this.call<UploadView>('POST', '/upload', form);
  }

  createUpload(file: { size: number; fileName: string; sha256: string }, options: UploadOptions): Promise<UploadLink> {
    return this.call('POST', '/uploads', { ...file, ...options });
  }

  uploadState(uploadId: string): Promise<UploadState> {
    return this.call('GET', `/uploads/${uploadId}`);
  }

  campaign(batchId: string): Promise<CampaignView> {
    return this.call('GET', `/campaigns/${encodeURIComponent(batchId)}`);
  }

  async campaigns(limit: number): Promise<CampaignView[]> {
    const { campaigns } = await this.call<{ campaigns: CampaignView[] }>('GET', `/campaigns?limit=${limit}`);
    return campaigns;
  }

  redrive(batchId: string, unconfirmed?: string): Promise<unknown> {
    return this.call('POST', `/campaigns/${encodeURIComponent(batchId)}/redrive`, {
      ...(unconfirmed && { unconfirmed }),
    });
  }

  /** The newest rows of a campaign that are in ERROR. */
  async failedSends(batchId: string, limit: number): Promise<FailedSend[]> {
    const query = `query ($batchId: ID!, $limit: Int!) {
      listEmailStatus(status: [ERROR], batchId: $batchId, limit: $limit) { rowNumber email error { code message } }
    }`;
    const body = { query, variables: { batchId, limit } };
    const answer = await this.call<{ data?: { listEmailStatus: FailedSend[] }; errors?: { message: string }[] }>(
      'POST',
      '/graphql',
      body,
    );
    if (!answer.data) throw new ApiProblem(200, answer.errors?.[0]?.message ?? 'GraphQL returned no data');
    return answer.data.listEmailStatus;
  }

  private async call<T>(method: string, path: string, body?: FormData | object): Promise<T> {
    const form = body instanceof FormData;
    const response = await fetch(`${this.apiUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.apiKey}`,
        ...(body && !form && { 'content-type': 'application/json' }),
      },
      ...(body && { body: form ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer: unknown = response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
    if (!response.ok) throw new ApiProblem(response.status, describe(response.status, answer));
    return answer as T;
  }
}

/** The product's errors have a `detail`, those of API Gateway a `message`. */
function describe(status: number, answer: unknown): string {
  if (typeof answer === 'object' && answer !== null) {
    if ('detail' in answer) return String(answer.detail);
    if ('message' in answer) return `${String(answer.message)} (HTTP ${status})`;
  }
  return `HTTP ${status}`;
}
