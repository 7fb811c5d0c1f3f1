import { newRequestSchema, requestIdSchema, requestPathSchema, requestStatusSchema } from './request-schema.ts';
import type { RouteDoc } from './routes.ts';

const ID = '019aaa2e-7c00-7d3a-9f1c-2f6d1c9b7a44';
const known = { params: { path: requestPathSchema }, tag: 'Requests' } as const;
const UNKNOWN = { 404: 'There is no such request' };

/** Notification requests: email, sms or push by the external provider. */
export const REQUEST_ROUTES: readonly RouteDoc[] = [
  {
    method: 'post',
    path: '/v1/requests',
    operationId: 'createRequest',
    tag: 'Requests',
    summary: 'Register a notification',
    description: 'It is queued, and not sent until it is processed.',
    body: {
      schema: newRequestSchema,
      examples: {
        email: { to: 'ana@example.com', message: 'Hola, Ana', type: 'email' },
        sms: { to: '+34600000000', message: 'Hola, Ana', type: 'sms' },
      },
    },
    answers: { 201: { description: 'It is registered', schema: requestIdSchema, example: { id: ID } } },
    problems: { 422: 'A bad body: `issues` names every field that is wrong' },
  },
  {
    ...known,
    method: 'post',
    path: '/v1/requests/{id}/process',
    operationId: 'processRequest',
    summary: 'Have it sent',
    description:
      'Takes no body and answers at once; the sending goes on behind. Again while it is processing or once it was sent: nothing ' +
      'is sent again. A failed one is tried anew.',
    answers: { 202: { description: 'It is being processed, or was', schema: requestIdSchema, example: { id: ID } } },
    problems: UNKNOWN,
  },
  {
    ...known,
    method: 'get',
    path: '/v1/requests/{id}',
    operationId: 'getRequest',
    summary: 'How it stands',
    answers: {
      200: { description: 'Its status', schema: requestStatusSchema, example: { id: ID, status: 'processing' } },
    },
    problems: UNKNOWN,
  },
];
