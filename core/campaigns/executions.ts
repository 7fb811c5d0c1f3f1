import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  ListMapRunsCommand,
  RedriveExecutionCommand,
  type SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  UpdateMapRunCommand,
} from '@aws-sdk/client-sfn';
import { PregonError } from '../errors.ts';

/** The state of an execution, from an event or from DescribeExecution. Either may be late, so compare redrive counts before using it. */
export interface ExecutionState {
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED' | 'TIMED_OUT';
  redriveCount: number;
  startedAt?: string;
  stoppedAt?: string;
  redrivenAt?: string;
  error?: string;
  cause?: string;
}

/** The executions of campaigns. An execution has the name of its batch. */
export interface Executions {
  arnOf(batchId: string): string;
  /** Resolves also when the execution exists, running or ended. */
  start(batchId: string, input: string): Promise<void>;
  /** Undefined when there is no such execution. With 'once' the call is not repeated when it is throttled or fails. */
  describe(batchId: string, tries?: 'once'): Promise<ExecutionState | undefined>;
  /** Resolves to the time of the stop. Throws Conflict when the execution has not been started yet. */
  stop(batchId: string, reason: { error: string; cause: string }): Promise<Date | undefined>;
  /** Resolves to the time of the redrive. A repeated token redrives once. Throws NothingToRedrive when Step Functions refuses. */
  redrive(batchId: string, clientToken: string): Promise<Date | undefined>;
  /** Sets the concurrency of SendRows while it runs. Resolves to whether it runs. */
  setConcurrency(batchId: string, maxConcurrency: number): Promise<boolean>;
}

/** The label of the Map that sends, in the ARNs of its Map Runs: `mapRun:<state machine>/SendRows:<id>`. */
const SENDING = '/SendRows:';

/** Errors of RedriveExecution after which the execution is certainly not redriven, and a repetition would not help. */
const REFUSALS = new Set([
  'ExecutionNotRedrivable',
  'ExecutionDoesNotExist',
  'ExecutionLimitExceeded',
  'ValidationException',
  'InvalidArn',
]);

/** @param once a client that does not repeat calls */
export function createExecutions(sfn: SFNClient, stateMachineArn: string, once = sfn): Executions {
  const arnOf = (batchId: string) => `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${batchId}`;

  return {
    arnOf,

    async start(name, input) {
      try {
        await sfn.send(new StartExecutionCommand({ stateMachineArn, name, input }));
      } catch (error) {
        // The execution ended between two uploads of the same file.
        if (!(error instanceof ExecutionAlreadyExists)) throw error;
      }
    },

    async describe(batchId, tries) {
      try {
        const client = tries === 'once' ? once : sfn;
        const execution = await client.send(new DescribeExecutionCommand({ executionArn: arnOf(batchId) }));
        const { status, redriveCount = 0, startDate, stopDate, redriveDate, error, cause } = execution;
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
    },

    async stop(batchId, reason) {
      try {
        const { stopDate } = await sfn.send(new StopExecutionCommand({ executionArn: arnOf(batchId), ...reason }));
        return stopDate;
      } catch (error) {
        if (!(error instanceof ExecutionDoesNotExist)) throw error;
        throw new PregonError('Conflict', 'The campaign has not been started yet: try again in a moment.');
      }
    },

    async redrive(batchId, clientToken) {
      try {
        const command = new RedriveExecutionCommand({ executionArn: arnOf(batchId), clientToken });
        return (await sfn.send(command)).redriveDate;
      } catch (error) {
        if (error instanceof Error && REFUSALS.has(error.name))
          throw new PregonError('NothingToRedrive', error.message);
        throw error;
      }
    },

    async setConcurrency(batchId, maxConcurrency) {
      const { mapRuns = [] } = await sfn.send(new ListMapRunsCommand({ executionArn: arnOf(batchId) }));
      const sending = mapRuns.filter(({ mapRunArn, stopDate }) => mapRunArn?.includes(SENDING) && !stopDate);
      await Promise.all(
        sending.map(({ mapRunArn }) => sfn.send(new UpdateMapRunCommand({ mapRunArn, maxConcurrency }))),
      );
      return sending.length > 0;
    },
  };
}

/** A sentence for people from an execution's error and cause. The cause of a Lambda is JSON with the message in it. */
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
