import { GetQueueAttributesCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { RequestMessage } from './messages.ts';

export interface RequestQueue {
  /** Puts a request on its lane, to be taken after `delayMs`. */
  send(id: string, delayMs?: number): Promise<void>;
  /** How many messages there are about, taken and delayed ones included. */
  depth(): Promise<number>;
}

/** SQS delays by whole seconds, 15 minutes at most. */
const MAX_DELAY_S = 900;
const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

export function createRequestQueue(client: SQSClient, queueUrl: string): RequestQueue {
  return {
    async send(id, delayMs = 0) {
      const message: RequestMessage = { id };
      await client.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: JSON.stringify(message),
          ...(delayMs > 0 ? { DelaySeconds: Math.min(MAX_DELAY_S, Math.ceil(delayMs / 1000)) } : {}),
        }),
      );
    },

    async depth() {
      const { Attributes = {} } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...COUNTS] }),
      );
      return COUNTS.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
    },
  };
}
