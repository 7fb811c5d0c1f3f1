import { z } from 'zod';

/** A message of the email lane. Which provider is next stands on the row: a message that comes twice changes nothing. */
export const emailMessageSchema = z.object({
  batchId: z.string().min(1),
  rowNumber: z.number().int().positive(),
});
export type EmailMessage = z.infer<typeof emailMessageSchema>;
