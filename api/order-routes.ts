import {
  ifMatchHeaderSchema,
  newOrderSchema,
  orderAnswerSchema,
  orderPatchSchema,
  orderPathSchema,
  orderViewSchema,
} from './order-schema.ts';
import type { RouteDoc } from './routes.ts';

const order = { params: { path: orderPathSchema }, tag: 'Orders' } as const;
const processed = { schema: orderAnswerSchema, example: { message: 'Order processed successfully' } };
const BAD = 'No JSON, a required field is missing, an unknown status, a bad field, or a cancellation without a reason';
const UNKNOWN = 'There is no such order';

/** The lifecycle of orders. */
export const ORDER_ROUTES: readonly RouteDoc[] = [
  {
    method: 'post',
    path: '/orders',
    operationId: 'createOrder',
    tag: 'Orders',
    summary: 'Register an order',
    description: 'It begins as received. The same order again changes nothing and tells nobody.',
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
    answers: { 200: { description: 'It is registered', ...processed } },
    problems: {
      400: BAD,
      409: 'There is another order under this id, or a new one that would not begin as received',
    },
  },
  {
    ...order,
    method: 'put',
    path: '/orders/{orderId}',
    operationId: 'changeOrder',
    summary: 'Change an order',
    description:
      'What is not given stays; registerDate stays always. Status goes received → inprocess → completed, and to canceled from ' +
      'received or inprocess. The same change again changes nothing and tells nobody.',
    params: { path: orderPathSchema, header: ifMatchHeaderSchema },
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
    answers: { 200: { description: 'It is changed, or was so before', ...processed } },
    problems: {
      400: `${BAD}; or the body names another order than the path`,
      404: UNKNOWN,
      409: 'The status cannot follow, or another writer changed the same field at the same time',
      412: 'The order is not the one of If-Match any more',
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
