import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { UsageError } from './arguments.ts';

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
  format?: string;
  campaignId?: string;
  dryRun?: boolean;
}

/** Of 100 campaigns each. */
const MAX_PAGES = 50;
const SHOWN = 5;
/** Long enough to be the whole of a batchId. */
const FULL_ID = /^[a-z0-9-]{34,80}$/;

function oneOf(name: string, found: readonly CampaignView[]): string {
  const named = found.filter(({ campaignId }) => campaignId === name);
  const [only, ...others] = named.length > 0 ? named : found;
  if (!only)
    throw new ApiProblem(404, `There is no campaign whose batchId begins with "${name}", nor one of that campaignId`);
  if (others.length === 0) return only.batchId;
  const ids = [only, ...others].slice(0, SHOWN).map(({ batchId }) => `\n  ${batchId}`);
  throw new UsageError(`"${name}" names ${others.length + 1} campaigns; give more of the batchId:${ids.join('')}`);
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
    if (options.format !== undefined) form.append('format', options.format);
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

  redrive(batchId: string, unconfirmed?: string): Promise<{ retrying?: number }> {
    return this.call('POST', `/campaigns/${encodeURIComponent(batchId)}/redrive`, {
      ...(unconfirmed && { unconfirmed }),
    });
  }

  /** The first rows of a campaign that are in ERROR, in the order of the file. */
  async failedSends(batchId: string, limit: number): Promise<FailedSend[]> {
    const path = `/campaigns/${encodeURIComponent(batchId)}/sends?status=ERROR&limit=${limit}`;
    return (await this.call<{ sends: FailedSend[] }>('GET', path)).sends;
  }

  /** The page of a campaign, or of its rows in a status. */
  pageOf(batchId: string, status?: string): string {
    return `${this.apiUrl}/console/campaigns/${encodeURIComponent(batchId)}${status === undefined ? '' : `?status=${status}`}`;
  }

  /**
   * The batchId of a campaign that is named by it, by its campaignId, or by a prefix of it that no other has. Throws ApiProblem for a name of
   * none, and UsageError for one of several.
   */
  async findBatch(name: string): Promise<string> {
    if (FULL_ID.test(name) && (await this.#exists(name))) return name;
    const found: CampaignView[] = [];
    let after = '';
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const path = `/campaigns?limit=100&after=${encodeURIComponent(after)}`;
      const { campaigns, next } = await this.call<{ campaigns: CampaignView[]; next?: string }>('GET', path);
      if (campaigns.some(({ batchId }) => batchId === name)) return name;
      found.push(...campaigns.filter(({ batchId, campaignId }) => campaignId === name || batchId.startsWith(name)));
      if (next === undefined) return oneOf(name, found);
      after = next;
    }
    return oneOf(name, found);
  }

  async #exists(batchId: string): Promise<boolean> {
    try {
      await this.campaign(batchId);
      return true;
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 404) return false;
      throw error;
    }
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
