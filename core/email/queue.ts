import type { SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { sendMessages } from '../sqs.ts';

/** A message of the email queue. The row says which provider is next, so a message that arrives twice changes nothing. */
export const emailMessageSchema = z.object({
  batchId: z.string().min(1),
  rowNumber: z.number().int().positive(),
});
export type EmailMessage = z.infer<typeof emailMessageSchema>;

export interface EmailQueue {
  /** Throws unless all messages were queued. */
  send(messages: readonly EmailMessage[], delaySeconds?: number): Promise<void>;
}

export const createEmailQueue = (sqs: SQSClient, queueUrl: string): EmailQueue => ({
  async send(messages, delaySeconds = 0) {
    const bodies = messages.map(({ batchId, rowNumber }) => ({ body: { batchId, rowNumber }, delaySeconds }));
    const failed = await sendMessages(sqs, queueUrl, bodies);
    const [reason] = failed.values();
    if (reason !== undefined) throw new Error(`${failed.size} messages were not queued: ${reason}`);
  },
});
