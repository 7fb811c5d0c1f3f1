import { DescribeExecutionCommand, ExecutionDoesNotExist, type SFNClient } from '@aws-sdk/client-sfn';

/** How an execution stands, by an event or by DescribeExecution. Either may be late: whoever uses it compares redrive counts. */
export interface ExecutionState {
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED' | 'TIMED_OUT';
  redriveCount: number;
  startedAt?: string;
  stoppedAt?: string;
  redrivenAt?: string;
  error?: string;
  cause?: string;
}

/** Asks Step Functions; undefined when there is no such execution. */
export async function describeExecution(sfn: SFNClient, executionArn: string): Promise<ExecutionState | undefined> {
  try {
    const {
      status,
      redriveCount = 0,
      startDate,
      stopDate,
      redriveDate,
      error,
      cause,
    } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    return {
      status: status === undefined || status === 'PENDING_REDRIVE' ? 'RUNNING' : status,
      redriveCount,
      ...(startDate && { startedAt: startDate.toISOString() }),
      ...(stopDate && { stoppedAt: stopDate.toISOString() }),
      ...(redriveDate && { redrivenAt: redriveDate.toISOString() }),
      ...(error !== undefined && { error }),
      ...(cause !== undefined && { cause }),
    };
  } catch (failure) {
    if (failure instanceof ExecutionDoesNotExist) return undefined;
    throw failure;
  }
}

/** A sentence for people from an execution's error and cause; a Lambda's cause is JSON with the message in it. */
export function reasonOf({ error, cause }: Pick<ExecutionState, 'error' | 'cause'>): string | undefined {
  const message = cause === undefined ? undefined : (messageIn(cause) ?? cause);
  return [error, message].filter((part) => part !== undefined && part !== '').join(': ') || undefined;
}

function messageIn(cause: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(cause);
    if (typeof parsed !== 'object' || parsed === null) return undefined;
    const message = 'errorMessage' in parsed ? parsed.errorMessage : 'message' in parsed ? parsed.message : undefined;
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}
