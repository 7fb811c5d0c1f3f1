import type { Clock } from '../clock.ts';
import type { Telemetry } from '../telemetry.ts';
import type { UploadObjects } from './objects.ts';
import { MAX_ATTEMPTS, NOT_PROCESSED } from './process.ts';
import type { IngestQueue } from './queue.ts';
import { LOOK_EVERY_MS, type UploadStore } from './store.ts';
import type { UploadRecord } from './upload.ts';

export interface UploadSweepDeps {
  uploads: Pick<UploadStore, 'due' | 'get' | 'giveUp' | 'postpone'>;
  files: Pick<UploadObjects, 'find'>;
  queue: Pick<IngestQueue, 'send'>;
  clock: Clock;
  telemetry: Telemetry;
}

/** What one run of the sweep did, in uploads. */
export type UploadsSwept = { uploadsQueued: number; uploadsExpired: number };

/** S3 checks the address when a request begins. A transfer of 1 GB that began in time may take this long. */
const TRANSFER_MS = 2 * 60 * 60_000;
/** A message that waits for a free worker is not repeated earlier. */
const REQUEUE_MS = 2 * 60_000;

/**
 * Queues the uploads whose event or whose ingest was lost, and ends those whose file never came. A message too many changes nothing. Stops at
 * `deadline`.
 */
export async function sweepUploads(deps: UploadSweepDeps, deadline: number): Promise<UploadsSwept> {
  const { uploads, clock, telemetry } = deps;
  const swept: UploadsSwept = { uploadsQueued: 0, uploadsExpired: 0 };
  for await (const uploadId of uploads.due()) {
    if (clock.now() >= deadline) break;
    try {
      const upload = await uploads.get(uploadId);
      // The index may be older than the record.
      if (upload && !isHeld(upload, clock.now())) await sweepUpload(deps, upload, swept);
    } catch (error) {
      telemetry.error('An upload could not be swept; the next sweep tries again', { uploadId, error });
    }
  }
  return swept;
}

const isHeld = ({ status, leaseUntil = 0 }: UploadRecord, now: number): boolean =>
  status === 'DONE' || status === 'FAILED' || leaseUntil > now;

async function sweepUpload(deps: UploadSweepDeps, upload: UploadRecord, swept: UploadsSwept): Promise<void> {
  const { uploads, files, queue, clock } = deps;
  const giveUp = async (reason: string) => {
    if (await uploads.giveUp(upload, reason)) swept.uploadsExpired += 1;
  };
  if (upload.attempts >= MAX_ATTEMPTS) return giveUp(NOT_PROCESSED);
  if (!(await files.find(upload.uploadId))) {
    if (clock.now() > upload.urlExpiresAt + TRANSFER_MS) return giveUp(NEVER_CAME);
    await uploads.postpone(upload, LOOK_EVERY_MS);
    return;
  }
  // Before the message, so that sweeps that run at the same time send one.
  if (!(await uploads.postpone(upload, REQUEUE_MS))) return;
  await queue.send(upload.uploadId);
  swept.uploadsQueued += 1;
  deps.telemetry.info('Upload queued by the sweep', { uploadId: upload.uploadId, status: upload.status });
}

const NEVER_CAME = 'The file did not arrive before its address expired. Ask for another upload.';
