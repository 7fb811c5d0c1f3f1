import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { EmailMessage } from './messages.ts';

export interface EmailQueue {
  /** Puts messages on the email lane, to be taken after `delaySeconds` (900 at most). Throws unless all are on it. */
  send(messages: readonly EmailMessage[], delaySeconds?: number): Promise<void>;
}

/** SQS takes ten messages a call. */
const BATCH_SIZE = 10;

export function createEmailQueue(client: SQSClient, queueUrl: string): EmailQueue {
  return {
    async send(messages, delaySeconds = 0) {
      const calls: Promise<void>[] = [];
      for (let start = 0; start < messages.length; start += BATCH_SIZE) {
        calls.push(sendTen(messages.slice(start, start + BATCH_SIZE), delaySeconds));
      }
      await Promise.all(calls);
    },
  };

  async function sendTen(messages: readonly EmailMessage[], delaySeconds: number): Promise<void> {
    const { Failed = [] } = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: messages.map((message, index) => ({
          Id: String(index),
          MessageBody: JSON.stringify({ batchId: message.batchId, rowNumber: message.rowNumber }),
          ...(delaySeconds > 0 ? { DelaySeconds: Math.min(900, Math.ceil(delaySeconds)) } : {}),
        })),
      }),
    );
    const [failed] = Failed;
    if (failed) throw new Error(`${Failed.length} messages were not queued: ${failed.Code} ${failed.Message ?? ''}`);
  }
}
