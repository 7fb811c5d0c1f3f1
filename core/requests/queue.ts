import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { sendMessage } from '../sqs.ts';

/** A message of the request queue. The row holds everything else, so a message that arrives twice changes nothing. */
export const requestMessageSchema = z.object({ id: z.string().min(1) });

export interface RequestQueue {
  send(id: string, delayMs?: number): Promise<void>;
  /** The number of messages in the queue, including those in flight and the delayed ones. */
  depth(): Promise<number>;
}

const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

export const createRequestQueue = (sqs: SQSClient, queueUrl: string): RequestQueue => ({
  send: (id, delayMs = 0) => sendMessage(sqs, queueUrl, { body: { id }, delaySeconds: delayMs / 1000 }),

  async depth() {
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...COUNTS] }),
    );
    return COUNTS.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
  },
});
