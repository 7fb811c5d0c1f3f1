import {
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import type { TASK_ERROR, TaskCause } from './messages.ts';

export type TaskError = (typeof TASK_ERROR)[keyof typeof TASK_ERROR];

/** Errors for a token whose execution has ended or retried. */
const STALE = new Set(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken']);

/** Answers waiting executions. Each call resolves to whether the execution still waited; a stale token is normal. */
export interface TaskTokens {
  succeed(token: string, output: Readonly<Record<string, unknown>>): Promise<boolean>;
  fail(token: string, error: TaskError, cause: TaskCause): Promise<boolean>;
  isWaiting(token: string): Promise<boolean>;
}

/** The longest `cause`. https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html */
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
            // Escaping in JSON may make the message up to six times longer.
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
    if (error instanceof Error && STALE.has(error.name)) return false;
    throw error;
  }
}
