import { z } from 'zod';
import type { Mailbox } from '../../core/delivery/providers/outgoing-email.ts';

/** The variables of the sender of emails that the product itself writes. */
export const senderEnv = {
  SENDER_NAME: z.string(),
  SENDER_EMAIL: z.string().regex(/^[^\s@<>]+@[^\s@<>]+$/, 'an address without a name'),
};

export const senderOf = ({ SENDER_NAME, SENDER_EMAIL }: { SENDER_NAME: string; SENDER_EMAIL: string }): Mailbox => ({
  email: SENDER_EMAIL,
  ...(SENDER_NAME !== '' && { name: SENDER_NAME }),
});
