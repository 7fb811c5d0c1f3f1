import {
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import type { TASK_ERROR, TaskCause } from './messages.ts';

export type TaskError = (typeof TASK_ERROR)[keyof typeof TASK_ERROR];

/** Answers of Step Functions to a token that nobody waits for any more: its execution has ended, or has retried. */
const OVER = new Set(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken']);

/** Answers the executions that wait. Each call tells whether somebody did: a stale token is normal. */
export interface TaskTokens {
  succeed(token: string, output: Readonly<Record<string, unknown>>): Promise<boolean>;
  fail(token: string, error: TaskError, cause: TaskCause): Promise<boolean>;
  isWaiting(token: string): Promise<boolean>;
}

/** Step Functions takes at most this many characters of a cause. */
const MAX_CAUSE = 32_768;

export function createTaskTokens(sfn: SFNClient): TaskTokens {
  return {
    succeed: (taskToken, output) =>
      answered(sfn.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) }))),
    fail: (taskToken, error, { code, message }) =>
      answered(
        sfn.send(
          new SendTaskFailureCommand({
            taskToken,
            error,
            // Escaping may make it longer: a quarter is always short enough.
            cause: JSON.stringify({ code, message: message.slice(0, MAX_CAUSE / 8) }),
          }),
        ),
      ),
    isWaiting: (taskToken) => answered(sfn.send(new SendTaskHeartbeatCommand({ taskToken }))),
  };
}

async function answered(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof Error && OVER.has(error.name)) return false;
    throw error;
  }
}
