import { z } from 'zod';
import type { OrderStatus } from '../../core/orders/order.ts';

const url = z.string().min(1);

/** The queues of all order statuses. */
export const orderQueuesEnv = z.object({
  ORDER_RECEIVED_QUEUE_URL: url,
  ORDER_INPROCESS_QUEUE_URL: url,
  ORDER_COMPLETED_QUEUE_URL: url,
  ORDER_CANCELED_QUEUE_URL: url,
});

export const orderQueues = (env: z.output<typeof orderQueuesEnv>): Record<OrderStatus, string> => ({
  received: env.ORDER_RECEIVED_QUEUE_URL,
  inprocess: env.ORDER_INPROCESS_QUEUE_URL,
  completed: env.ORDER_COMPLETED_QUEUE_URL,
  canceled: env.ORDER_CANCELED_QUEUE_URL,
});
