import { z } from 'zod';

/** A message that SendRows puts on the send queue. The content stays in the ledger. */
export const sendMessageSchema = z.object({
  taskToken: z.string().min(1),
  batchId: z.string().min(1),
  rowNumber: z.number().int().positive(),
  /** When Step Functions made the token, by its own clock, in milliseconds since the epoch. Messages of an earlier release have none. */
  queuedAt: z.number().optional(),
  /** How often it was put back on the queue. */
  postponed: z.number().int().nonnegative().optional(),
});
export type SendMessage = z.infer<typeof sendMessageSchema>;

/** The `error` of SendTaskFailure. The workflow's Retry and Catch name exactly these. */
export const TASK_ERROR = {
  recipient: 'Recipient',
  transient: 'Transient',
  unconfirmed: 'Unconfirmed',
  account: 'Account',
} as const;

/** The `cause` of SendTaskFailure, as JSON. */
export interface TaskCause {
  code: string;
  message: string;
}

/** The input of Settle. */
export const settleInputSchema = z.object({
  batchId: z.string().min(1),
  /** The execution's current redrive count. */
  redriveCount: z.number().int().nonnegative(),
  /** The redrive whose retry file SendRows read last; 0 before the first. */
  retryRound: z.number().int().nonnegative(),
  redriveTime: z.string().nullish(),
});
export type SettleInput = z.infer<typeof settleInputSchema>;

/** `retryKey` names the file with the rows to send again, when rows were moved back to PENDING. */
export interface SettleOutput {
  batchId: string;
  counts: { PENDING: number; QUEUED: number; SENT: number; ERROR: number };
  retryKey?: string;
}
