import { z } from 'zod';
import { notificationRequestSchema, REQUEST_STATUSES } from '../requests/request.ts';

const id = z.string().meta({ example: '019aaa2e-7c00-7d3a-9f1c-2f6d1c9b7a44' });

export const newRequestSchema = notificationRequestSchema.meta({ id: 'NotificationRequest' });

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
