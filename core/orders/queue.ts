import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { OrderMessage } from './messages.ts';
import type { OrderStatus } from './order.ts';

export interface OrderQueue {
  /** Puts a message on the queue of its status, to be taken after `delaySeconds` (900 at most). */
  send(message: OrderMessage, delaySeconds?: number): Promise<void>;
}

/** One queue per status; a function that sends to one of them knows no other. */
export function createOrderQueue(client: SQSClient, urls: Partial<Record<OrderStatus, string>>): OrderQueue {
  return {
    async send({ orderId, status, waits }, delaySeconds = 0) {
      const QueueUrl = urls[status];
      if (!QueueUrl) throw new Error(`No queue is configured for orders that are ${status}`);
      await client.send(
        new SendMessageCommand({
          QueueUrl,
          MessageBody: JSON.stringify({ orderId, status, ...(waits > 0 ? { waits } : {}) }),
          ...(delaySeconds > 0 ? { DelaySeconds: Math.min(900, Math.ceil(delaySeconds)) } : {}),
        }),
      );
    },
  };
}
