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
  /** The exit of the state, of the chosen rule or of the catcher. */
  exit: Exit;
  /** The output if the exit has none. */
  fallback: Payload;
  extras?: Extras;
  /** The event that the exit links to; by default the last one of the thread. */
  link?: number;
}

/** Leaves a state: evaluates Output and Assign, and then goes to the next state or ends the thread. */
export async function leave(it: Interpreter, execution: Execution, thread: Thread, leaving: Leaving): Promise<void> {
  const { state, exit, fallback, extras = {} } = leaving;
  let output = fallback;
  const assigned: Record<string, Payload> = {};
  if (exit.output || exit.assign.length > 0) {
    const bindings = bindingsOf(execution, thread, extras);
    // Output and all assignments read the variables from before the state was left.
    if (exit.output) output = await it.evaluate(execution, thread, exit.output, bindings);
    for (const { name, value } of exit.assign) assigned[name] = await it.evaluate(execution, thread, value, bindings);
  }
  const most = it.deps.max['states.dataBytes'];
  if (output.exceeds(most) || Object.values(assigned).some((value) => value.exceeds(most))) {
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

/** Ends a thread, and with it its execution, branch or iteration. */
function threadDone(it: Interpreter, execution: Execution, thread: Thread): void {
  if (thread.parent === 0) {
    endExecution(it, execution, 'SUCCEEDED', { output: thread.input }, thread.last);
    return;
  }
  execution.threads.delete(thread.id);
  it.childDone(execution, execution.thread(thread.parent), thread);
}
