import type { ChoiceState } from '../asl/types.ts';
import { StateFailed } from '../errors.ts';
import { bindingsOf } from '../execution/context.ts';
import type { Execution } from '../execution/execution.ts';
import type { Interpreter } from '../execution/interpreter.ts';
import { leave } from '../execution/leave.ts';
import type { Thread } from '../execution/thread.ts';
import { booleanField } from './typed.ts';

export async function executeChoice(
  it: Interpreter,
  execution: Execution,
  thread: Thread,
  state: ChoiceState,
): Promise<void> {
  const bindings = bindingsOf(execution, thread);
  for (const rule of state.rules) {
    if (!(await booleanField(it, execution, thread, rule.condition, bindings))) continue;
    await leave(it, execution, thread, { state, exit: rule, fallback: thread.input });
    return;
  }
  if (state.hasDefault) {
    await leave(it, execution, thread, { state, exit: state, fallback: thread.input });
    return;
  }
  const place = `the state '${state.name}' (entered at the event id #${thread.entered})`;
  const cause = `An error occurred while executing ${place}. Failed to transition out of the state. The state does not point to a next state.`;
  throw new StateFailed({ error: 'States.NoChoiceMatched', cause });
}
