import { z } from 'zod';
import { parseJsonBody } from '../http/parse.ts';
import type { SendStatus } from '../ledger/send.ts';

/** An address, a phone number or a push token; an index key has room for 2,048 bytes. */
const MAX_TO = 512;
/** UTF-8; the same as a campaign's content. */
const MAX_MESSAGE_BYTES = 64 * 1024;

/** The body of `POST /v1/requests`. Members that name nothing known are ignored. */
export const notificationRequestSchema = z.object({
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
});
export type NotificationRequest = z.infer<typeof notificationRequestSchema>;

/** The request in a JSON body. Throws Unprocessable that names every field that is wrong. */
export const parseNotificationRequest = (body: string | undefined): NotificationRequest =>
  parseJsonBody(notificationRequestSchema, body, 'Unprocessable');

export const REQUEST_STATUSES = ['queued', 'processing', 'sent', 'failed'] as const;
export type RequestStatus = (typeof REQUEST_STATUSES)[number];

const SHOWN: Record<SendStatus, RequestStatus> = {
  PENDING: 'queued',
  QUEUED: 'processing',
  SENT: 'sent',
  ERROR: 'failed',
};

/** A request is queued until it is processed: then its row is on the queue. */
export const requestStatus = (status: SendStatus): RequestStatus => SHOWN[status];
