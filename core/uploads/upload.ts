import type { CampaignOptions } from '../campaigns/options.ts';

/** WAITING for the file, INGESTING once it is there, and at last DONE or FAILED. */
export const UPLOAD_STATUSES = ['WAITING', 'INGESTING', 'DONE', 'FAILED'] as const;
export type UploadStatus = (typeof UPLOAD_STATUSES)[number];

/** The largest file, in bytes. */
export const MAX_UPLOAD_BYTES = 1024 ** 3;

/** All files of uploads are under this prefix of the bucket until they are ingested. */
export const UPLOADS_PREFIX = 'uploads/';
export const uploadObjectKey = (uploadId: string): string => `${UPLOADS_PREFIX}${uploadId}`;
/** The upload of an object; undefined for another object. */
export const uploadIdInKey = (key: string): string | undefined =>
  key.startsWith(UPLOADS_PREFIX) ? key.slice(UPLOADS_PREFIX.length) : undefined;

/** What its client says of a file before it is sent. */
export interface NewUpload {
  /** In bytes; the file must have exactly this size. */
  size: number;
  fileName: string;
  /** Of the file, in lower-case hex. */
  sha256?: string;
  /** The campaign waits for `POST /campaigns/{batchId}/start`. */
  hold: boolean;
  options: CampaignOptions;
  keyName?: string;
}

/** A file that its client sends to S3 by itself, and what became of it. Times are in milliseconds since the epoch. */
export interface UploadRecord extends NewUpload {
  uploadId: string;
  status: UploadStatus;
  createdAt: string;
  /** Until then S3 accepts the file. */
  urlExpiresAt: number;
  /** How often the ingest of the file began. */
  attempts: number;
  /** Data rows read so far; in the end all of them. */
  rows: number;
  /** Bytes read so far; the file is read twice. */
  bytesRead: number;
  /** The ingest that has the upload. It renews its lease while it runs. */
  leaseId?: string;
  leaseUntil?: number;
  batchId?: string;
  /** The campaign is that of an earlier upload of the same file or the same rows. */
  duplicate?: boolean;
  /** Why it is FAILED, and the line of the file where that shows. */
  reason?: string;
  line?: number;
}

export const hasUploadEnded = ({ status }: Pick<UploadRecord, 'status'>): boolean =>
  status === 'DONE' || status === 'FAILED';

/** The part that is done, from 0 to 1. */
export const uploadProgress = ({ status, bytesRead, size }: UploadRecord): number =>
  hasUploadEnded({ status }) ? 1 : Math.min(0.99, Math.round((bytesRead / (2 * size)) * 100) / 100);
