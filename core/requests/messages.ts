import { z } from 'zod';

/** A message of the requests' lane: all else stands on the row, so one that comes twice changes nothing. */
export const requestMessageSchema = z.object({ id: z.string().min(1) });
export type RequestMessage = z.infer<typeof requestMessageSchema>;
