import { randomUUID } from 'node:crypto';
import { makeReport } from '../../core/reports/make.ts';
import { createReportStore } from '../../core/reports/store.ts';
import { campaignSource } from '../../core/s3-source.ts';
import { createUploadObjects } from '../../core/uploads/objects.ts';
import { processUpload } from '../../core/uploads/process.ts';
import { ingestMessageSchema } from '../../core/uploads/queue.ts';
import { createUploadStore } from '../../core/uploads/store.ts';
import { uploadIdInKey } from '../../core/uploads/upload.ts';
import { BACKGROUND_TIMEOUTS, objectsClient, uploadsClient } from '../common/clients.ts';
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

const s3 = objectsClient(BACKGROUND_TIMEOUTS);
const reportDeps = {
  ...deps,
  s3,
  source: campaignSource({ s3, bucket: env.BUCKET, clock: deps.clock }),
  reports: createReportStore(deps.control),
  newWorkerId: randomUUID,
};

/** What takes minutes: the ingest of a file, started by its arrival, and reports that are too long for a request. */
export const handler = queueWorker({
  schema: ingestMessageSchema,
  async work(messages) {
    for (const { body } of messages) {
      if ('report' in body) {
        await makeReport(reportDeps, body.batchId, body.report);
        continue;
      }
      const uploadId = uploadIdInKey(body.key);
      if (uploadId === undefined) deps.telemetry.warn('Not the object of an upload', { key: body.key });
      else await processUpload(uploadDeps, uploadId);
    }
    return [];
  },
});
