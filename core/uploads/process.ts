import { type IngestDeps, type Ingested, ingest } from '../campaigns/ingest.ts';
import { PregonError } from '../errors.ts';
import type { Telemetry } from '../telemetry.ts';
import type { UploadObjects } from './objects.ts';
import { LEASE_MS, type UploadResult, type UploadStore } from './store.ts';
import { hasUploadEnded, type UploadRecord } from './upload.ts';

/** The contract's limit, which is also what the addresses of a file may take of memory. */
export const MAX_UPLOAD_ROWS = 2_000_000;
/** An ingest that failed or died this often will not succeed. */
export const MAX_ATTEMPTS = 5;
/** Progress is written in this interval, and the lease is renewed with it. */
const BEAT_MS = 2_000;
const RETRY_MS = 15_000;

export interface ProcessDeps extends Omit<IngestDeps, 'newUploadId' | 'telemetry'> {
  uploads: Pick<UploadStore, 'get' | 'begin' | 'renew' | 'release' | 'end'>;
  files: Pick<UploadObjects, 'find' | 'source' | 'remove'>;
  newLeaseId(): string;
  telemetry: Pick<Telemetry, 'info' | 'warn' | 'error'>;
}

/** Another ingest has taken the upload over, because this one was held up for longer than its lease. */
class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/**
 * Ingests the file of an upload, once it is there, and writes to the upload what became of it. It may be called any number of times: an
 * ingest that runs has a lease, and a repeated ingest ends at the same campaign. What a client must change ends the upload as FAILED; after
 * any other error the sweep starts another ingest, and the call rejects when that was the last.
 */
export async function processUpload(deps: ProcessDeps, uploadId: string): Promise<void> {
  const { uploads, files, telemetry } = deps;
  const known = await uploads.get(uploadId);
  if (!known) telemetry.warn('A file arrived that no upload asked for', { uploadId });
  if (!known || hasUploadEnded(known)) return;
  const file = await files.find(uploadId);
  // Its address expires, and the sweep ends the upload then.
  if (!file) return;
  const leaseId = deps.newLeaseId();
  const upload = await uploads.begin(uploadId, leaseId);
  if (!upload) return;
  try {
    const result = await withLease(deps, upload, leaseId, (lease) =>
      file.size === upload.size ? ingestFile(deps, upload, lease, file) : Promise.resolve(otherSize(upload, file.size)),
    );
    if (!(await uploads.end(uploadId, leaseId, result))) throw new LeaseLost();
    telemetry.info('Upload ended', { uploadId, status: result.status, batchId: result.batchId, key: upload.keyName });
    // The lifecycle rule of the bucket removes what is left after a crash here.
    await files.remove(uploadId);
  } catch (error) {
    if (error instanceof LeaseLost) return;
    await endOrRetry(deps, upload, leaseId, error);
  }
}

/** How an ingest reports what it has read. Throws LeaseLost once another ingest has the upload. */
interface Lease {
  read(what: { bytes?: number; rows?: number }): void;
}

async function withLease<T>(
  { uploads, clock }: ProcessDeps,
  { uploadId }: UploadRecord,
  leaseId: string,
  run: (lease: Lease) => Promise<T>,
): Promise<T> {
  const read = { rows: 0, bytesRead: 0 };
  const ended = new AbortController();
  let until = clock.now() + LEASE_MS;
  async function beat(): Promise<void> {
    for (;;) {
      await clock.sleep(BEAT_MS, ended.signal);
      const from = clock.now();
      // A busy table is no reason to stop while the lease holds.
      const held = await uploads.renew(uploadId, leaseId, read).catch(() => clock.now() < until);
      until = held ? from + LEASE_MS : 0;
      if (!held) return;
    }
  }
  const beating = beat().catch((error: unknown) => {
    if (!ended.signal.aborted) throw error;
  });
  try {
    return await run({
      read({ bytes = 0, rows = 0 }) {
        if (until === 0) throw new LeaseLost();
        read.bytesRead += bytes;
        read.rows += rows;
      },
    });
  } finally {
    ended.abort();
    await beating;
  }
}

async function ingestFile(
  deps: ProcessDeps,
  { uploadId, attempts, options, fileName, hold, keyName }: UploadRecord,
  lease: Lease,
  file: { size: number; etag: string },
): Promise<UploadResult> {
  const ingested = await ingest(
    // An attempt that died may have written objects, and another may still write: each has its own.
    { ...deps, newUploadId: () => `${uploadId}-${attempts}` },
    {
      source: deps.files.source(uploadId, file, (bytes) => lease.read({ bytes })),
      options,
      maxRows: MAX_UPLOAD_ROWS,
      fileName,
      keyName,
      hold,
      onRow: () => lease.read({ rows: 1 }),
    },
  );
  return resultOf(uploadId, ingested);
}

function resultOf(uploadId: string, { record }: Ingested): UploadResult {
  // After a crash between the record and the end of the upload, the campaign is there already and is still this upload's.
  const isOwn = record.uploadId.startsWith(`${uploadId}-`);
  return { status: 'DONE', batchId: record.batchId, rows: record.total, ...(!isOwn && { duplicate: true }) };
}

const otherSize = ({ size }: UploadRecord, found: number): UploadResult => ({
  status: 'FAILED',
  reason: `The file has ${found} bytes, and the upload was for ${size}.`,
});

async function endOrRetry(deps: ProcessDeps, upload: UploadRecord, leaseId: string, error: unknown): Promise<void> {
  const { uploads, files, telemetry } = deps;
  const { uploadId, attempts } = upload;
  if (error instanceof PregonError && isOfTheFile(error)) {
    const { line } = error.extra;
    const ended = await uploads.end(uploadId, leaseId, {
      status: 'FAILED',
      reason: error.message,
      ...(typeof line === 'number' && { line }),
    });
    telemetry.info('Upload ended', { uploadId, status: 'FAILED', code: error.code, key: upload.keyName });
    if (ended) await files.remove(uploadId);
    return;
  }
  if (attempts < MAX_ATTEMPTS) {
    telemetry.warn('The ingest failed; the sweep starts another', { uploadId, attempts, error });
    await uploads.release(uploadId, leaseId, RETRY_MS * attempts);
    return;
  }
  await uploads.end(uploadId, leaseId, { status: 'FAILED', reason: NOT_PROCESSED });
  throw error;
}

export const NOT_PROCESSED = `The file could not be processed in ${MAX_ATTEMPTS} attempts. Upload it again, or split it.`;

/** A claim that another upload holds at this moment is a Conflict too, without a batch: the next attempt finds its record. */
const isOfTheFile = ({ class: errorClass, code, extra }: PregonError): boolean =>
  errorClass === 'input' && (code !== 'Conflict' || extra.batchId !== undefined);
