import type { SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import { sendMessage } from '../sqs.ts';
import { ORDER_STATUSES, type OrderStatus } from './order.ts';

/** A message of a status's queue. The order holds the change itself, so a message that arrives twice changes nothing. */
export const orderMessageSchema = z.object({
  orderId: z.string().min(1),
  status: z.enum(ORDER_STATUSES),
  /** How often it had to wait for the status before it. */
  waits: z.number().int().nonnegative().default(0),
});
export type OrderMessage = z.infer<typeof orderMessageSchema>;

export interface OrderQueue {
  /** Sends a message to the queue of its status. */
  send(message: OrderMessage, delaySeconds?: number): Promise<void>;
}

/** One queue per status. A function that sends to one of them does not know the others. */
export const createOrderQueue = (sqs: SQSClient, urls: Partial<Record<OrderStatus, string>>): OrderQueue => ({
  async send({ orderId, status, waits }, delaySeconds = 0) {
    const queueUrl = urls[status];
    if (!queueUrl) throw new Error(`No queue is configured for orders with the status ${status}`);
    await sendMessage(sqs, queueUrl, { body: { orderId, status, ...(waits > 0 ? { waits } : {}) }, delaySeconds });
  },
});
