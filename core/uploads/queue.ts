import type { SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { type Report, reportSchema } from '../reports/report.ts';
import { sendMessage } from '../sqs.ts';
import { uploadObjectKey } from './upload.ts';

/** Names the object of an upload, as the rule of the bucket's arrivals does, or a report that takes longer than a request may. */
export const ingestMessageSchema = z.union([
  z.object({ key: z.string().min(1) }),
  z.object({ batchId: z.string().min(1), report: reportSchema }),
]);

export interface IngestQueue {
  send(uploadId: string): Promise<void>;
  sendReport(batchId: string, report: Report): Promise<void>;
}

export const createIngestQueue = (sqs: SQSClient, queueUrl: string): IngestQueue => ({
  send: (uploadId) => sendMessage(sqs, queueUrl, { body: { key: uploadObjectKey(uploadId) } }),
  sendReport: (batchId, report) => sendMessage(sqs, queueUrl, { body: { batchId, report } }),
});
