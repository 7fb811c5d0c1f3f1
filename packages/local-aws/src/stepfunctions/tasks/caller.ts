import type { TaskTarget } from '../asl/types.ts';
import type { Payload } from '../payload.ts';

/** The result of a call. */
export type CallResult = { output: string } | { error: string; cause: string };

export interface TaskCall {
  readonly target: TaskTarget;
  readonly args: Payload;
  /** The role of the state machine, whose credentials the call uses. */
  readonly roleArn: string;
}

/** Makes the calls of Task states. It never rejects: each failure has an error name for Retry and Catch. */
export interface TaskCaller {
  call(call: TaskCall): Promise<CallResult>;
}
