import type { Exit, State } from '../asl/types.ts';
import { dataLimitExceeded, StateFailed } from '../errors.ts';
import type { Payload } from '../payload.ts';
import { bindingsOf, type Extras } from './context.ts';
import { endExecution } from './end.ts';
import { outputOf } from './events.ts';
import type { Execution } from './execution.ts';
import type { Interpreter } from './interpreter.ts';
import type { Thread } from './thread.ts';

interface Leaving {
  state: State;
  /** Of the state, of the choice rule taken or of the catcher. */
  exit: Exit;
  /** The output where the exit has none of its own. */
  fallback: Payload;
  extras?: Extras;
  /** The event that the exit links to; the last one of the thread otherwise. */
  link?: number;
}

/** Leaves a state: evaluates Output and Assign, and makes the thread ready for the next state, or ends it. */
export async function leave(it: Interpreter, execution: Execution, thread: Thread, leaving: Leaving): Promise<void> {
  const { state, exit, fallback, extras = {} } = leaving;
  let output = fallback;
  const assigned: Record<string, Payload> = {};
  if (exit.output || exit.assign.length > 0) {
    const bindings = bindingsOf(execution, thread, extras);
    // All of them see the variables as they were when the state was left.
    if (exit.output) output = await it.evaluate(execution, thread, exit.output, bindings);
    for (const { name, value } of exit.assign) assigned[name] = await it.evaluate(execution, thread, value, bindings);
  }
  if (output.isTooLarge || Object.values(assigned).some((value) => value.isTooLarge)) {
    throw new StateFailed(dataLimitExceeded(state.name));
  }
  const variables = Object.fromEntries(Object.entries(assigned).map(([name, value]) => [name, value.text]));
  thread.vars = { ...thread.vars, ...assigned };
  thread.last = it.emit(execution, `${state.type}StateExited`, leaving.link ?? thread.last, {
    name: state.name,
    ...outputOf(output.text),
    ...(exit.assign.length > 0 && { assignedVariables: variables, assignedVariablesDetails: { truncated: false } }),
  });
  thread.input = output;
  if (exit.next === undefined) {
    threadDone(it, execution, thread);
    return;
  }
  thread.state = exit.next;
  thread.work = { kind: 'ready' };
}

/** A thread came to its end: so does its execution, or its branch or iteration. */
function threadDone(it: Interpreter, execution: Execution, thread: Thread): void {
  if (thread.parent === 0) {
    endExecution(it, execution, 'SUCCEEDED', { output: thread.input }, thread.last);
    return;
  }
  execution.threads.delete(thread.id);
  it.childDone(execution, execution.thread(thread.parent), thread);
}
