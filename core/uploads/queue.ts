import type { SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { sendMessage } from '../sqs.ts';
import { uploadObjectKey } from './upload.ts';

/** Names the object of an upload. The rule that S3's event starts writes the same. */
export const ingestMessageSchema = z.object({ key: z.string().min(1) });

export interface IngestQueue {
  send(uploadId: string): Promise<void>;
}

export const createIngestQueue = (sqs: SQSClient, queueUrl: string): IngestQueue => ({
  send: (uploadId) => sendMessage(sqs, queueUrl, { body: { key: uploadObjectKey(uploadId) } }),
});
