import { randomUUID } from 'node:crypto';
import { createUploadObjects } from '../../core/uploads/objects.ts';
import { processUpload } from '../../core/uploads/process.ts';
import { ingestMessageSchema } from '../../core/uploads/queue.ts';
import { createUploadStore } from '../../core/uploads/store.ts';
import { uploadIdInKey } from '../../core/uploads/upload.ts';
import { BACKGROUND_TIMEOUTS, uploadsClient } from '../common/clients.ts';
import { readEnv } from '../common/env.ts';
import { ingestDeps, ingestEnv } from '../common/ingest.ts';
import { queueWorker } from '../common/queue-worker.ts';

const env = readEnv(ingestEnv);
const deps = ingestDeps(env, BACKGROUND_TIMEOUTS);
const uploadDeps = {
  ...deps,
  uploads: createUploadStore(deps.control),
  files: createUploadObjects({ s3: uploadsClient(BACKGROUND_TIMEOUTS), bucket: env.BUCKET, clock: deps.clock }),
  newLeaseId: randomUUID,
};

/** Started by the arrival of a file: turns it into a campaign. */
export const handler = queueWorker({
  schema: ingestMessageSchema,
  async work(messages) {
    for (const { body } of messages) {
      const uploadId = uploadIdInKey(body.key);
      if (uploadId === undefined) deps.telemetry.warn('Not the object of an upload', { key: body.key });
      else await processUpload(uploadDeps, uploadId);
    }
    return [];
  },
});
