import { z } from 'zod';

const rowNumber = z.number().int().positive();

const common = {
  taskToken: z.string().min(1),
  batchId: z.string().min(1),
  /** When Step Functions made the token, by its own clock, in milliseconds since the epoch. */
  queuedAt: z.number().optional(),
  /** How often it was put back on the queue. */
  postponed: z.number().int().nonnegative().optional(),
};

/** A row whose last try failed and may succeed later, and why. */
const failedRowSchema = z.object({ row: rowNumber, code: z.string(), message: z.string() });
export type FailedRow = z.infer<typeof failedRowSchema>;

/** More rows than a child has; so no message can ask for thousands. */
const MAX_ROWS = 100;

/** A message that SendRows puts on the send queue: rows of one child, which waits for one answer. Their contents stay in the ledger. */
const batchMessageSchema = z.object({
  v: z.literal(2),
  ...common,
  rows: z.array(rowNumber).min(1).max(MAX_ROWS),
  /** In a message that was put back: the rows that have failed meanwhile, which the answer names too. */
  failed: z.array(failedRowSchema).max(MAX_ROWS).optional(),
});
export type BatchMessage = z.infer<typeof batchMessageSchema>;

/** A message of an execution that an earlier release started: one row. */
const rowMessageSchema = z.object({ ...common, rowNumber });
export type RowMessage = z.infer<typeof rowMessageSchema>;

export const sendMessageSchema = z.union([batchMessageSchema, rowMessageSchema]);
export type SendMessage = z.infer<typeof sendMessageSchema>;

export const rowsOf = (message: SendMessage): readonly number[] =>
  'rows' in message ? message.rows : [message.rowNumber];

/** The `error` of SendTaskFailure. The workflow's Retry and Catch name them; `Recipient` and `Unconfirmed` only that of earlier releases. */
export const TASK_ERROR = {
  recipient: 'Recipient',
  transient: 'Transient',
  unconfirmed: 'Unconfirmed',
  account: 'Account',
} as const;

/** Why a row fails that is PENDING, when no earlier try says more: its statement was throttled, or a redrive has moved it back. */
export const NOT_QUEUED = {
  code: 'NotDelivered',
  message: 'The row was not queued when its message arrived.',
} as const;

/** The longest `cause` of SendTaskFailure. https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html */
const MAX_CAUSE = 32_768;
/** JSON may make a character six times longer, and a row has about 150 characters beside its message. */
const cut = (message: string, rows: number) => message.slice(0, MAX_CAUSE / (8 * rows));

/** The `cause` for `Account`, and for each error of a message with one row. */
export const causeOf = ({ code, message }: { code: string; message: string }): string =>
  JSON.stringify({ code, message: cut(message, 1) });

/** The `cause` for `Transient`: the rows to try again, each with its reason as the ledger stores it, in the form of DynamoDB's API. */
export const failedRowsCause = (failed: readonly FailedRow[]): string =>
  JSON.stringify({
    failed: failed.map(({ row, code, message }) => ({
      row,
      reason: {
        M: {
          code: { S: code },
          class: { S: 'transient' },
          message: { S: cut(message, failed.length) },
          retryable: { BOOL: true },
        },
      },
    })),
  });

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
