import { askProduct, getProduct, sendProduct } from './product.ts';

/** The options of an upload, with the names of the API. */
export interface UploadOptions {
  readonly campaignId?: string;
  readonly fromName?: string;
  readonly replyTo?: string;
  readonly format?: 'text' | 'html';
  readonly dryRun?: boolean;
  /** ISO 8601. */
  readonly sendAt?: string;
  readonly subject?: string;
  readonly content?: string;
}

export interface SkippedRow {
  readonly row: number;
  readonly email: string;
  readonly reason: string;
}

export interface Sample {
  readonly row: number;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html?: string | null;
}

/** What an upload would do. Nothing is stored or sent. */
export interface Preflight {
  readonly batchId: string;
  readonly total: number;
  readonly enqueued: number;
  readonly skipped: number;
  /** The first 100. */
  readonly skippedRows: readonly SkippedRow[];
  readonly warnings: readonly string[];
  /** The first ten. */
  readonly samples: readonly Sample[];
  readonly from: { readonly email: string; readonly name?: string };
  /** Without seconds while the daily quota lets none leave. */
  readonly estimate: { readonly seconds: number | null; readonly perSecond: number; readonly usd: number };
  readonly quota?: {
    readonly max24HourSend: number | null;
    readonly sentLast24Hours: number | null;
    readonly enough: boolean | null;
  } | null;
  /** The batchId of the campaign that has the same rows. */
  readonly duplicateOf?: string | null;
  /** What became of the mails to `testTo`. */
  readonly tests?: readonly { readonly to: string; readonly error?: { readonly message: string } }[];
}

export interface Uploaded {
  readonly batchId: string;
  readonly duplicate?: true;
}

function formOf(file: File, options: UploadOptions): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(options)) form.append(name, String(value));
  // Last, so that the fields are known when the file is read.
  form.append('file', file, file.name);
  return form;
}

/** Checks an upload. With `testTo` it also sends the first row's mail to that address. */
export async function preflight(file: File, options: UploadOptions, testTo?: string): Promise<Preflight> {
  const form = formOf(file, options);
  if (testTo !== undefined) form.append('testTo', testTo);
  const response = await askProduct('/campaigns/preflight', { method: 'POST', body: form });
  return (await response.json()) as Preflight;
}

/** Starts a campaign from a file of up to 4 MB. */
export async function uploadCampaign(file: File, options: UploadOptions): Promise<Uploaded> {
  const response = await askProduct('/campaigns/upload', { method: 'POST', body: formOf(file, options) });
  return (await response.json()) as Uploaded;
}

export interface LargeUpload {
  readonly uploadId: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Asks for the address to which a large file goes. Its campaign is held: nothing is sent before it is started. */
export const createUpload = (file: File, options: UploadOptions): Promise<LargeUpload> =>
  sendProduct('POST', '/uploads', { size: file.size, fileName: file.name, hold: true, ...options });

export interface UploadState {
  readonly status: 'WAITING' | 'INGESTING' | 'DONE' | 'FAILED';
  /** Data rows that were read so far. */
  readonly rows: number;
  /** From 0 to 1. */
  readonly progress?: number;
  readonly batchId?: string;
  readonly duplicate?: true;
  readonly reason?: string;
  readonly line?: number;
}

export const getUpload = (uploadId: string, signal: AbortSignal): Promise<UploadState | undefined> =>
  getProduct(`/uploads/${encodeURIComponent(uploadId)}`, signal);
