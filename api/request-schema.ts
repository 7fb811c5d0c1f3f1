import { z } from 'zod';
import { type NotificationRequest, REQUEST_STATUSES } from '../core/requests/request.ts';
import { parseJsonBody } from './parse.ts';

/** An address, a phone number or a push token; an index key has room for 2,048 bytes. */
const MAX_TO = 512;
/** UTF-8; the same as a campaign's content. */
const MAX_MESSAGE_BYTES = 64 * 1024;

/** The body of `POST /v1/requests`. Members that name nothing known are ignored. */
export const newRequestSchema = z
  .object({
    to: z
      .string()
      .refine((to) => to.trim() !== '', 'nobody is named')
      .max(MAX_TO, `at most ${MAX_TO} characters`)
      .meta({ description: 'Whom: an address, a phone number or a token, as the provider takes it' }),
    message: z
      .string()
      .refine((message) => message.trim() !== '', 'the message is empty')
      .refine((message) => Buffer.byteLength(message) <= MAX_MESSAGE_BYTES, 'at most 64 KB'),
    type: z.enum(['email', 'sms', 'push']),
  })
  .meta({ id: 'NotificationRequest' });

const id = z.string().meta({ example: '019aaa2e-7c00-7d3a-9f1c-2f6d1c9b7a44' });

/** The request in a JSON body. Throws Unprocessable that names every field that is wrong. */
export const parseNotificationRequest = (body: string | undefined): NotificationRequest =>
  parseJsonBody(newRequestSchema, body, 'Unprocessable');

export const requestIdSchema = z.object({ id }).meta({ id: 'NotificationRequestId' });

export const requestStatusSchema = z
  .object({
    id,
    status: z
      .enum(REQUEST_STATUSES)
      .meta({ description: 'queued until it is processed; from failed it goes on by another process only' }),
  })
  .meta({ id: 'NotificationRequestStatus' });

export const requestPathSchema = z.object({ id: z.string().meta({ description: 'The id of POST /v1/requests' }) });
