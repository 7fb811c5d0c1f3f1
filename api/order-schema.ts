import { z } from 'zod';
import { PregonError } from '../core/errors.ts';
import { missingField, requireReason } from '../core/orders/merge.ts';
import { type NewOrder, ORDER_STATUSES, type OrderPatch } from '../core/orders/order.ts';
import { partySchema } from './email-schema.ts';
import { parseInput } from './parse.ts';

/** Together with a snapshot per status an order stays far below an item's 400 KB. */
const MAX_TEXT = 4_000;
const ISO_DATE =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])([T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** Neither control characters nor halves of a character, which no key could hold. */
export const orderIdSchema = z
  .string()
  .regex(/^[^\p{Cc}\p{Cs}]{1,128}$/u, 'an order id has 1 to 128 characters, none of them a control character')
  .meta({ example: 'ORD-001' });

const text = z.string().max(MAX_TEXT, `at most ${MAX_TEXT} characters`);
const date = z
  .string()
  .regex(ISO_DATE, 'this is no ISO 8601 date, such as 2025-01-31 or 2025-01-31T08:00:00Z')
  .meta({ description: 'ISO 8601; answered as it was given' });

/** Members that name nothing known are ignored, as they always were. */
const orderSchema = z.object({
  orderId: orderIdSchema,
  status: z.enum(ORDER_STATUSES).meta({ description: 'In any case', example: 'received' }),
  description: text.meta({ example: 'Mantenimiento básico' }),
  registerDate: date.optional().meta({ description: 'Now, unless given; a PUT keeps it' }),
  deliveryDate: z.union([z.literal(''), date]).optional(),
  reasonForCancellation: text.optional().meta({ description: 'Needed to cancel' }),
  customer: partySchema.optional().meta({ description: 'Who is told of every change of status' }),
});

/** The body of `POST /orders`. */
export const newOrderSchema = orderSchema.meta({ id: 'NewOrder' });
/** The body of `PUT /orders/{orderId}`: what is not given stays. */
export const orderPatchSchema = orderSchema
  .partial()
  .meta({ id: 'OrderChange', description: 'What is not given stays' });

const REQUIRED = ['orderId', 'status', 'description'] as const;

/** The order in the body of a POST. Throws BadRequest in the words that clients of this interface know. */
export function parseNewOrder(body: string | undefined): NewOrder {
  const given = objectIn(body);
  for (const name of REQUIRED) if (given[name] === undefined) throw missingField(name);
  const order = parseInput(newOrderSchema, withStatus(given), 'The body');
  if (order.status === 'canceled') requireReason(order.reasonForCancellation);
  return order;
}

/** The changes in the body of a PUT to the order of its path. Throws BadRequest. */
export function parseOrderPatch(orderId: string, body: string | undefined): OrderPatch {
  const patch = parseInput(orderPatchSchema, withStatus(objectIn(body)), 'The body');
  if (patch.orderId !== undefined && patch.orderId !== orderId) {
    throw new PregonError('BadRequest', `The body names the order ${patch.orderId}, the path ${orderId}.`);
  }
  return patch;
}

/** A member that is null is one that was not given: many clients write all they know. */
function objectIn(body: string | undefined): Record<string, unknown> {
  const given = jsonIn(body);
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw invalidJson();
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
}

function jsonIn(body = ''): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw invalidJson(error);
  }
}

function withStatus(given: Record<string, unknown>): Record<string, unknown> {
  if (given.status === undefined) return given;
  const shown = typeof given.status === 'string' ? given.status : JSON.stringify(given.status);
  const status = ORDER_STATUSES.find((known) => known === shown.toLowerCase());
  if (!status) throw new PregonError('BadRequest', `Unknown status '${shown.slice(0, 100)}'`);
  return { ...given, status };
}

const invalidJson = (cause?: unknown) => new PregonError('BadRequest', 'Invalid JSON', {}, { cause });

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
