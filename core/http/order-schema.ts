import { z } from 'zod';
import { ORDER_STATUSES } from '../orders/order.ts';
import { newOrderSchema, orderIdSchema } from '../orders/request.ts';

export const orderAnswerSchema = z.object({ message: z.literal('Order processed successfully') }).meta({
  id: 'OrderAnswer',
});

const timelineEntrySchema = z
  .object({
    status: z.enum(ORDER_STATUSES),
    at: z.string().meta({ description: 'When everybody had been told' }),
    changedAt: z.string().meta({ description: 'When the order got this status' }),
    notified: z.boolean().meta({ description: 'Whether there was a customer to tell' }),
    batchId: z.string().optional().meta({ description: 'The notice: GET /emails/{id} says how it stands' }),
  })
  .meta({ id: 'OrderTimelineEntry' });

export const orderViewSchema = newOrderSchema
  .required({ registerDate: true, deliveryDate: true, reasonForCancellation: true })
  .extend({
    version: z.int().meta({ description: 'Counts the changes by clients; it is the ETag too' }),
    createdAt: z.string(),
    updatedAt: z.string(),
    timeline: z.array(timelineEntrySchema).meta({ description: 'What has been processed, in order' }),
  })
  .meta({ id: 'Order' });

export const orderPathSchema = z.object({ orderId: orderIdSchema });

export const ifMatchHeaderSchema = z.object({
  'If-Match': z.string().optional().meta({
    description: 'The ETag of an earlier answer: the change is made only where the order is still that one',
    example: '"1"',
  }),
});
