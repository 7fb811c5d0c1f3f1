import { z } from 'zod';
import { type NotificationRequest, REQUEST_STATUSES } from '../core/requests/request.ts';
import { atMost, mailText, parseJsonBody } from './parse.ts';
import type { RouteDoc } from './routes.ts';

/** An address, a phone number or a push token; an index key has room for 2,048 bytes. */
const MAX_TO = 512;
/** UTF-8; the same as a campaign's content. */
const MAX_MESSAGE_BYTES = 64 * 1024;

/** The body of `POST /v1/requests`. Unknown members are ignored. */
const newRequestSchema = z
  .object({
    to: atMost(mailText().regex(/\S/, 'must not be empty'), MAX_TO, `must have at most ${MAX_TO} characters`).meta({
      description: 'The recipient: an address, a phone number or a push token, as the provider expects it',
    }),
    message: mailText()
      .regex(/\S/, 'must not be empty')
      .refine((message) => Buffer.byteLength(message) <= MAX_MESSAGE_BYTES, 'must have at most 64 KB')
      .meta({ description: 'At most 64 KB in UTF-8' }),
    type: z.enum(['email', 'sms', 'push']),
  })
  .meta({ id: 'NotificationRequest' });

/** The request in a JSON body. Throws Unprocessable that names every wrong field. */
export const parseNotificationRequest = (body: string | undefined): NotificationRequest =>
  parseJsonBody(newRequestSchema, body, 'Unprocessable');

const ID = '019aaa2e-7c00-7d3a-9f1c-2f6d1c9b7a44';
const id = z.string().meta({ example: ID });
const requestIdSchema = z.object({ id }).meta({ id: 'NotificationRequestId' });
const requestStatusSchema = z
  .object({
    id,
    status: z.enum(REQUEST_STATUSES).meta({
      description: 'queued until it is processed; a failed request is tried again only by another process call',
    }),
  })
  .meta({ id: 'NotificationRequestStatus' });

const known = {
  params: { path: z.object({ id: z.string().min(1).meta({ description: 'The id of POST /v1/requests' }) }) },
  tag: 'Requests',
} as const;
const UNKNOWN = { 404: 'There is no such request' };

/** Notification requests: email, sms or push by the external provider. */
export const REQUEST_ROUTES: readonly RouteDoc[] = [
  {
    method: 'post',
    path: '/v1/requests',
    operationId: 'createRequest',
    tag: 'Requests',
    summary: 'Register a notification',
    description: 'The notification is queued. It is sent when it is processed.',
    body: {
      schema: newRequestSchema,
      examples: {
        email: { to: 'ana@example.com', message: 'Hola, Ana', type: 'email' },
        sms: { to: '+34600000000', message: 'Hola, Ana', type: 'sms' },
      },
    },
    answers: { 201: { description: 'The notification is registered', schema: requestIdSchema, example: { id: ID } } },
    problems: {
      422: 'The body is not valid JSON in UTF-8, or has a wrong field: `issues` names each',
    },
  },
  {
    ...known,
    method: 'post',
    path: '/v1/requests/{id}/process',
    operationId: 'processRequest',
    summary: 'Send a notification',
    description:
      'Takes no body and answers at once; the notification is sent in the background. A repeated call, while it is processing or ' +
      'after it was sent, sends nothing again. A failed one is tried again.',
    answers: { 202: { description: 'It is processing, or was sent', schema: requestIdSchema, example: { id: ID } } },
    problems: UNKNOWN,
  },
  {
    ...known,
    method: 'get',
    path: '/v1/requests/{id}',
    operationId: 'getRequest',
    summary: 'Status of a notification',
    answers: {
      200: { description: 'Its status', schema: requestStatusSchema, example: { id: ID, status: 'processing' } },
    },
    problems: UNKNOWN,
  },
];
