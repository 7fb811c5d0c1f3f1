import type { FailState, PassState, SucceedState } from '../asl/types.ts';
import { StateFailed } from '../errors.ts';
import { bindingsOf } from '../execution/context.ts';
import type { Execution } from '../execution/execution.ts';
import type { Interpreter } from '../execution/interpreter.ts';
import { leave } from '../execution/leave.ts';
import type { Thread } from '../execution/thread.ts';
import { stringField } from './typed.ts';

export function executePass(it: Interpreter, execution: Execution, thread: Thread, state: PassState): Promise<void> {
  return leave(it, execution, thread, { state, exit: state, fallback: state.result?.constant ?? thread.input });
}

export function executeSucceed(
  it: Interpreter,
  execution: Execution,
  thread: Thread,
  state: SucceedState,
): Promise<void> {
  return leave(it, execution, thread, { state, exit: state, fallback: thread.input });
}

/** Always throws StateFailed. */
export async function executeFail(
  it: Interpreter,
  execution: Execution,
  thread: Thread,
  state: FailState,
): Promise<void> {
  const bindings = bindingsOf(execution, thread);
  const error = state.error && (await stringField(it, execution, thread, state.error, bindings));
  const cause = state.cause && (await stringField(it, execution, thread, state.cause, bindings));
  throw new StateFailed({ ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) });
}
