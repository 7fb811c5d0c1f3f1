import type { Outcome } from '../delivery/channel.ts';
import type { ErrorClass } from '../errors.ts';
import type { LedgerRow } from '../ledger/send.ts';
import { causeOf, NOT_QUEUED, type RowMessage, TASK_ERROR } from './messages.ts';
import type { TaskTokens } from './task-tokens.ts';

/**
 * Answers a message of an execution that an earlier release started: one row, whose error is the name of the task's failure. Throws when the
 * message must stay in the queue.
 */
export async function answerRow(tokens: TaskTokens, { taskToken }: RowMessage, outcome: Outcome): Promise<void> {
  switch (outcome.kind) {
    case 'sent':
      await tokens.succeed(taskToken, { messageId: outcome.messageId });
      break;
    case 'already':
      await answerEnded(tokens, taskToken, outcome.row);
      break;
    case 'failed':
    case 'released':
      await tokens.fail(taskToken, taskErrorOf(outcome.error.class), causeOf(outcome.error));
      break;
    case 'not-queued':
      // The message is from before a redrive. If its execution still waits, it retries.
      await tokens.fail(taskToken, TASK_ERROR.transient, causeOf(NOT_QUEUED));
      break;
    default:
      throw new Error('The message names a row that is not in the ledger');
  }
}

/** The attempt that ended the row may have died before it answered. */
async function answerEnded(tokens: TaskTokens, taskToken: string, row: LedgerRow): Promise<void> {
  if (row.status === 'SENT' || !row.error) {
    await tokens.succeed(taskToken, { messageId: row.messageId ?? null });
    return;
  }
  // Never Transient: the row is final, so a retry would change nothing.
  const error = row.error.class === 'unconfirmed' ? TASK_ERROR.unconfirmed : TASK_ERROR.recipient;
  await tokens.fail(taskToken, error, causeOf(row.error));
}

const taskErrorOf = (errorClass: ErrorClass) =>
  errorClass === 'transient' || errorClass === 'account' || errorClass === 'unconfirmed'
    ? TASK_ERROR[errorClass]
    : TASK_ERROR.recipient;
