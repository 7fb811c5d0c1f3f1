import { z } from 'zod';
import { ORDER_STATUSES } from './order.ts';

/** A message of a status's queue. What the order was at that change stands on the order: a message that comes twice changes nothing. */
export const orderMessageSchema = z.object({
  orderId: z.string().min(1),
  status: z.enum(ORDER_STATUSES),
  /** How often it had to wait for the status before it. */
  waits: z.number().int().nonnegative().default(0),
});
export type OrderMessage = z.infer<typeof orderMessageSchema>;
