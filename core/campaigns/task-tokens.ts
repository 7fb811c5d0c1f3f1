import {
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import type { TASK_ERROR } from './messages.ts';

export type TaskError = (typeof TASK_ERROR)[keyof typeof TASK_ERROR];

/** Errors for a token whose execution has ended or retried. */
const STALE = new Set(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken']);

/** Answers waiting executions. Each call resolves to whether the execution still waited; a stale token is normal. */
export interface TaskTokens {
  succeed(token: string, output: Readonly<Record<string, unknown>>): Promise<boolean>;
  /** `cause` is JSON. */
  fail(token: string, error: TaskError, cause: string): Promise<boolean>;
  isWaiting(token: string): Promise<boolean>;
}

export function createTaskTokens(sfn: SFNClient): TaskTokens {
  return {
    succeed: (taskToken, output) =>
      answered(sfn.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) }))),
    fail: (taskToken, error, cause) => answered(sfn.send(new SendTaskFailureCommand({ taskToken, error, cause }))),
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
