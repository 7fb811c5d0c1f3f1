import { z } from 'zod';

/** What SendRows puts on the send queue; the content stays in the ledger. */
export const sendMessageSchema = z.object({
  taskToken: z.string().min(1),
  batchId: z.string().min(1),
  rowNumber: z.number().int().positive(),
  /** When Step Functions made the token, by its own clock; milliseconds since the epoch. Messages of an earlier release have none. */
  queuedAt: z.number().optional(),
});
export type SendMessage = z.infer<typeof sendMessageSchema>;

/** SendTaskFailure's `error`: the closed set that the workflow's Retry and Catch know. */
export const TASK_ERROR = {
  recipient: 'Recipient',
  transient: 'Transient',
  unconfirmed: 'Unconfirmed',
  account: 'Account',
} as const;

/** SendTaskFailure's `cause`, as JSON. */
export const taskCauseSchema = z.object({ code: z.string(), message: z.string() });
export type TaskCause = z.infer<typeof taskCauseSchema>;

/** What Settle is called with. */
export const settleInputSchema = z.object({
  batchId: z.string().min(1),
  /** The execution's current redrive count. */
  redriveCount: z.number().int().nonnegative(),
  /** The redrive for which SendRows last ran over a retry file; 0 before any. */
  retryRound: z.number().int().nonnegative(),
  redriveTime: z.string().nullish(),
});
export type SettleInput = z.infer<typeof settleInputSchema>;

/** `retryKey` is set when rows were moved back to PENDING and are to be sent again. */
export interface SettleOutput {
  batchId: string;
  counts: { PENDING: number; QUEUED: number; SENT: number; ERROR: number };
  retryKey?: string;
}
