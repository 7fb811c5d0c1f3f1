import { z } from 'zod';
import { emailRequestSchema } from '../email/request.ts';

export const sendEmailSchema = emailRequestSchema.meta({ id: 'SendEmail' });

export const sendEmailAnswerSchema = z
  .object({
    status: z.literal('success'),
    data: z.object({ batchID: z.string().meta({ description: 'Ask for it with GET /emails/{id}' }) }),
  })
  .meta({ id: 'SendEmailAnswer' });

const emailSchema = z
  .object({
    batchId: z.string(),
    from: z.string(),
    subject: z.string(),
    recipient: z.string().meta({ description: 'The address as first given' }),
    status: z.boolean().meta({ description: 'True once a provider accepted it' }),
    state: z.enum(['QUEUED', 'SENT', 'ERROR']),
    retries: z.int().meta({ description: 'Attempts that failed' }),
    provider: z.string().nullable().meta({ description: 'Who accepted it, failed last, or may have taken it' }),
    content: z.string(),
    lastAttemptAt: z.string().nullable().meta({ description: 'ISO 8601' }),
    error: z
      .object({ code: z.string(), message: z.string(), retryable: z.boolean() })
      .optional()
      .meta({ description: "Why it is in ERROR, with every provider's answer" }),
  })
  .meta({ id: 'Email' });

export const emailsAnswerSchema = z
  .object({ status: z.literal('success'), data: z.object({ emails: z.array(emailSchema) }) })
  .meta({ id: 'EmailsAnswer' });

export const emailPathSchema = z.object({ id: z.string().meta({ description: 'The batchID of POST /emails/send' }) });

export const idempotencyHeaderSchema = z.object({
  'Idempotency-Key': z
    .string()
    .min(1)
    .max(255)
    .optional()
    .meta({ description: 'The same key again within 24 hours answers the first answer and sends nothing' }),
});
