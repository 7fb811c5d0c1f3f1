import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  ExecutionNotRedrivable,
  RedriveExecutionCommand,
  type SFNClient,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { createExecutions, type ExecutionState } from '../../../core/campaigns/executions.ts';
import type { Clock } from '../../../core/clock.ts';

export const STATE_MACHINE_ARN = 'arn:aws:states:us-east-1:000000000000:stateMachine:pregon-dev-campaign';

/**
 * One execution as Step Functions keeps it; `asked` counts how often it was described, and `staleMs` has descriptions tell
 * what was true that long ago.
 */
export function fakeStates(clock: Clock, first: Partial<ExecutionState> = {}) {
  const execution: ExecutionState = { status: 'RUNNING', redriveCount: 0, ...first };
  const now = () => new Date(clock.now());
  /** What the execution was until a moment. */
  const past: { until: number; was: ExecutionState }[] = [];
  const change = (make: () => void) => {
    past.push({ until: clock.now(), was: { ...execution } });
    make();
  };
  const told = () => past.find(({ until }) => until > clock.now() - states.staleMs)?.was ?? execution;
  const states = {
    execution,
    asked: 0,
    staleMs: 0,
    missing: false,
    end(status: ExecutionState['status'], error?: string, cause?: string) {
      change(() => Object.assign(execution, { status, stoppedAt: now().toISOString(), error, cause }));
    },
    redrive() {
      change(() => {
        const redriveCount = execution.redriveCount + 1;
        Object.assign(execution, { status: 'RUNNING', redriveCount, redrivenAt: now().toISOString() });
        delete execution.stoppedAt;
      });
    },
    executions: createExecutions(
      { send: async (command: unknown) => answer(command) } as unknown as SFNClient,
      STATE_MACHINE_ARN,
    ),
  };

  function answer(command: unknown) {
    if (states.missing) throw new ExecutionDoesNotExist({ message: 'Execution Does Not Exist', $metadata: {} });
    if (command instanceof DescribeExecutionCommand) {
      states.asked += 1;
      const { status, redriveCount, stoppedAt, redrivenAt, error, cause } = told();
      return {
        status,
        redriveCount,
        error,
        cause,
        startDate: now(),
        ...(stoppedAt && { stopDate: new Date(stoppedAt) }),
        ...(redrivenAt && { redriveDate: new Date(redrivenAt) }),
      };
    }
    if (command instanceof StopExecutionCommand) {
      states.end('ABORTED', command.input.error, command.input.cause);
      return { stopDate: now() };
    }
    if (command instanceof RedriveExecutionCommand) {
      if (execution.status === 'RUNNING' || execution.status === 'SUCCEEDED') {
        const message = `Execution is ${execution.status} and cannot be redriven`;
        throw new ExecutionNotRedrivable({ message, $metadata: {} });
      }
      states.redrive();
      return { redriveDate: now() };
    }
    throw new Error('Not answered here');
  }
  return states;
}
