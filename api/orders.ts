import { z } from 'zod';
import { PregonError } from '../core/errors.ts';
import { missingField, requireReason } from '../core/orders/merge.ts';
import {
  fieldsOf,
  type NewOrder,
  ORDER_STATUSES,
  type Order,
  type OrderPatch,
  type OrderStatus,
} from '../core/orders/order.ts';
import { ISO_TIME } from '../core/time.ts';
import { partySchema } from './emails.ts';
import { atMost, CONTROL, mailText, optional, parseInput, readJson, textWithout } from './parse.ts';
import type { RouteDoc } from './routes.ts';

/** With a snapshot for each status an order stays far below the 400 KB of an item. */
const MAX_TEXT = 4_000;

/** A key of DynamoDB has room for it. */
export const orderIdSchema = textWithout(
  CONTROL,
  'an order id has 1 to 128 characters, none of them a control character',
  '{1,128}',
).meta({ example: 'ORD-001' });

const text = atMost(mailText(), MAX_TEXT);
const date = z
  .string()
  .regex(ISO_TIME, 'must be an ISO 8601 date, such as 2025-01-31 or 2025-01-31T08:00:00Z')
  .meta({ description: 'ISO 8601; answered as it was given' });

/** Each status in any case, in a form that every JSON Schema tool can check. */
const ANY_CASE = ORDER_STATUSES.map((status) => status.replace(/./g, (letter) => `[${letter}${letter.toUpperCase()}]`));
const patternOf = (statuses: readonly string[]) => `^(?:${statuses.join('|')})$`;
const status = z
  .string()
  .regex(new RegExp(patternOf(ANY_CASE)))
  .transform((given) => given.toLowerCase() as OrderStatus)
  .meta({ description: `${ORDER_STATUSES.join(', ')}, in any case`, example: 'received' });
const description = text.meta({ example: 'Mantenimiento básico' });

/** Unknown members are ignored, as this interface always did. */
const others = {
  registerDate: optional(date).meta({ description: 'By default the current time; a PUT keeps it' }),
  deliveryDate: optional(z.union([z.literal(''), date])),
  reasonForCancellation: optional(text).meta({ description: 'Required to cancel' }),
  customer: optional(partySchema).meta({ description: 'Who is notified of every change of status' }),
};

/** What `requireReason` checks, as JSON Schema. */
const REASON_IF_CANCELED = {
  anyOf: [
    {
      properties: {
        status: { pattern: patternOf(ANY_CASE.filter((_, index) => ORDER_STATUSES[index] !== 'canceled')) },
      },
    },
    {
      properties: { reasonForCancellation: { type: 'string', pattern: String.raw`\S` } },
      required: ['reasonForCancellation'],
    },
  ],
};

/** The body of `POST /orders`. */
const newOrderSchema = z
  .object({ orderId: orderIdSchema, status, description, ...others })
  .meta({ id: 'NewOrder', override: ({ jsonSchema }) => Object.assign(jsonSchema, REASON_IF_CANCELED) });
/** The body of `PUT /orders/{orderId}`. */
const orderPatchSchema = z
  .object({ orderId: optional(orderIdSchema), status: optional(status), description: optional(description), ...others })
  .meta({ id: 'OrderChange', description: 'Fields that are left out keep their value' });

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

/** Null counts as left out. Other text than JSON is refused in the words that clients of this interface know. */
function objectIn(body: string | undefined): Record<string, unknown> {
  let given: unknown;
  try {
    given = readJson(body);
  } catch (error) {
    if (!(error instanceof PregonError && error.cause instanceof SyntaxError)) throw error;
    throw new PregonError('BadRequest', 'Invalid JSON', {}, { cause: error });
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new PregonError('BadRequest', 'Invalid JSON');
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
}

function withStatus(given: Record<string, unknown>): Record<string, unknown> {
  if (given.status === undefined) return given;
  const shown = typeof given.status === 'string' ? given.status : JSON.stringify(given.status);
  const status = ORDER_STATUSES.find((known) => known === shown.toLowerCase());
  if (!status) throw new PregonError('BadRequest', `Unknown status '${shown.slice(0, 100)}'`);
  return { ...given, status };
}

const timelineEntrySchema = z
  .object({
    status: z.enum(ORDER_STATUSES),
    at: z.string().meta({ description: 'When the change was processed' }),
    changedAt: z.string().meta({ description: 'When the order got this status' }),
    notified: z.boolean().meta({ description: 'Whether there was a customer to notify' }),
    batchId: z.string().optional().meta({ description: 'The notice; GET /emails/{id} answers its status' }),
  })
  .meta({ id: 'OrderTimelineEntry' });

const orderViewSchema = z
  .object({
    orderId: z.string(),
    status: z.enum(ORDER_STATUSES),
    description: z.string(),
    registerDate: z.string().meta({ description: 'As it was given' }),
    deliveryDate: z.string().meta({ description: 'As it was given; empty while there is none' }),
    reasonForCancellation: z.string(),
    customer: z.object({ email: z.string(), name: z.string().optional() }).optional(),
    version: z.int().meta({ description: 'Counts the changes by clients; it is also the ETag' }),
    createdAt: z.string(),
    updatedAt: z.string(),
    timeline: z.array(timelineEntrySchema).meta({ description: 'The changes that were processed, in their order' }),
  })
  .meta({ id: 'Order' });

/** An order as `GET /orders/{orderId}` answers it. */
export function viewOrder(order: Order): z.infer<typeof orderViewSchema> {
  const { version, createdAt, updatedAt, changes, timeline } = order;
  const processed = Object.values(changes)
    .sort((a, b) => a.version - b.version)
    .flatMap(({ status, at: changedAt }) => {
      const record = timeline[status];
      return record ? [{ status, changedAt, notified: record.batchId !== undefined, ...record }] : [];
    });
  return { ...fieldsOf(order), version, createdAt, updatedAt, timeline: processed };
}

const order = { params: { path: z.object({ orderId: orderIdSchema }) }, tag: 'Orders' } as const;
const ifMatchHeaderSchema = z.object({
  'If-Match': z
    .string()
    .regex(/^(?:\*|"[0-9]{1,9}")$/)
    .optional()
    .meta({
      description: 'The ETag of an earlier answer: the order is changed only while it is still that version',
      example: '"1"',
    }),
});
const processed = {
  schema: z.object({ message: z.literal('Order processed successfully') }).meta({ id: 'OrderAnswer' }),
  example: { message: 'Order processed successfully' },
};
const BAD =
  'The body is not JSON, a required field is missing, the status is unknown, a field is not valid, or a cancellation has no reason';
const UNKNOWN = 'There is no such order';

/** The lifecycle of orders. */
export const ORDER_ROUTES: readonly RouteDoc[] = [
  {
    method: 'post',
    path: '/orders',
    operationId: 'createOrder',
    tag: 'Orders',
    summary: 'Register an order',
    description:
      'Its first status is received. A repeated call with the same order changes nothing and notifies nobody.',
    body: {
      schema: newOrderSchema,
      examples: {
        plain: {
          orderId: 'ORD-001',
          status: 'received',
          description: 'Mantenimiento básico',
          registerDate: '2025-01-31T08:00:00Z',
        },
        'with a customer': {
          orderId: 'ORD-002',
          status: 'received',
          description: 'Mantenimiento básico',
          customer: { email: 'ana@example.com', name: 'Ana' },
        },
      },
    },
    answers: { 200: { description: 'The order is registered', ...processed } },
    problems: {
      400: BAD,
      409: 'Another order has this id, or the status of a new order is not received',
    },
  },
  {
    ...order,
    method: 'put',
    path: '/orders/{orderId}',
    operationId: 'changeOrder',
    summary: 'Change an order',
    description:
      'Fields that are left out keep their value; registerDate always does. Status goes received → inprocess → completed, and to ' +
      'canceled from received or inprocess. A repeated call with the same change changes nothing and notifies nobody.',
    params: { ...order.params, header: ifMatchHeaderSchema },
    body: {
      schema: orderPatchSchema,
      examples: {
        cancel: {
          orderId: 'ORD-001',
          status: 'canceled',
          description: 'Cliente se retracta',
          reasonForCancellation: 'Motivo X',
        },
        'work begins': { status: 'inprocess', deliveryDate: '2025-02-10' },
      },
    },
    answers: { 200: { description: 'The order is changed, or had these values before', ...processed } },
    problems: {
      400: `${BAD}; or the body names another order than the path`,
      404: UNKNOWN,
      409: 'The status cannot follow the current one, or another writer changed the same field at the same time',
      412: 'The order is no longer the version of If-Match',
    },
  },
  {
    ...order,
    method: 'get',
    path: '/orders/{orderId}',
    operationId: 'getOrder',
    summary: 'An order with its timeline',
    answers: {
      200: {
        description: 'The order; its ETag is for If-Match',
        schema: orderViewSchema,
        example: {
          orderId: 'ORD-001',
          status: 'received',
          description: 'Mantenimiento básico',
          registerDate: '2025-01-31T08:00:00Z',
          deliveryDate: '',
          reasonForCancellation: '',
          customer: { email: 'ana@example.com', name: 'Ana' },
          version: 1,
          createdAt: '2026-11-22T10:00:00.000Z',
          updatedAt: '2026-11-22T10:00:00.000Z',
          timeline: [
            {
              status: 'received',
              at: '2026-11-22T10:00:00.420Z',
              changedAt: '2026-11-22T10:00:00.000Z',
              notified: true,
              batchId: 'order-ORD-001-received',
            },
          ],
        },
      },
    },
    problems: { 404: UNKNOWN },
  },
];
