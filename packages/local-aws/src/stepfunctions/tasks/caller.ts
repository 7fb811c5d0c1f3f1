import type { TaskTarget } from '../asl/types.ts';
import type { Payload } from '../payload.ts';

/** What a call came to. */
export type CallResult = { output: string } | { error: string; cause: string };

export interface TaskCall {
  readonly target: TaskTarget;
  readonly args: Payload;
  /** The state machine's role: the call is made with its credentials. */
  readonly roleArn: string;
}

/** Makes the calls of Task states. It never rejects: whatever goes wrong has a name for Retry and Catch. */
export interface TaskCaller {
  call(call: TaskCall): Promise<CallResult>;
}
