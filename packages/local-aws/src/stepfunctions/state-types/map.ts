import type { MapState } from '../asl/types.ts';
import { EvaluationError } from '../errors.ts';
import { bindingsOf } from '../execution/context.ts';
import type { Execution } from '../execution/execution.ts';
import type { Interpreter } from '../execution/interpreter.ts';
import type { Thread } from '../execution/thread.ts';
import { Payload } from '../payload.ts';
import { runIterations } from './map-inline.ts';

export async function executeMap(
  it: Interpreter,
  execution: Execution,
  thread: Thread,
  state: MapState,
): Promise<void> {
  if (state.distributed) await it.deps.mapRuns.start(execution, thread, state, state.distributed);
  else await runIterations(it, execution, thread, state, await itemsOf(it, execution, thread, state));
}

/** The items of a Map without an ItemReader. @throws EvaluationError if they are not an array */
export async function itemsOf(
  it: Interpreter,
  execution: Execution,
  thread: Thread,
  state: MapState,
): Promise<Payload[]> {
  const bindings = bindingsOf(execution, thread);
  const items = state.items ? await it.evaluate(execution, thread, state.items, bindings) : thread.input;
  const { value } = items;
  if (!Array.isArray(value)) throw new EvaluationError(`Map state input must be an array but was: ${items.text}`);
  return value.map((item) => Payload.of(item));
}
