import type { ParallelState } from '../asl/types.ts';
import type { Failure } from '../errors.ts';
import { bindingsOf } from '../execution/context.ts';
import type { Execution } from '../execution/execution.ts';
import { fail } from '../execution/failure.ts';
import type { Interpreter } from '../execution/interpreter.ts';
import { leave } from '../execution/leave.ts';
import { stateOf } from '../execution/machine.ts';
import type { ParallelWork, Thread } from '../execution/thread.ts';
import { Payload } from '../payload.ts';

export async function executeParallel(
  it: Interpreter,
  execution: Execution,
  thread: Thread,
  state: ParallelState,
): Promise<void> {
  const bindings = bindingsOf(execution, thread);
  const input = state.arguments ? await it.evaluate(execution, thread, state.arguments, bindings) : thread.input;
  const started = it.emit(execution, 'ParallelStateStarted', thread.last);
  thread.last = started;
  const branches = state.branches.map((block, index) =>
    it.spawn(execution, { parent: thread.id, index, block: block.key, state: block.startAt, input, last: started }),
  );
  thread.work = { kind: 'parallel', threads: branches.map(({ id }) => id), results: branches.map(() => null) };
  for (const branch of branches) it.proceed(execution, branch);
}

/** The array of the results of branches or iterations. */
export const joined = (results: readonly (Payload | null)[]) =>
  new Payload(`[${results.map((result) => result?.text ?? 'null').join(',')}]`);

/** A branch has ended. The last one ends the state. */
export function branchDone(
  it: Interpreter,
  execution: Execution,
  parent: Thread,
  work: ParallelWork,
  branch: Thread,
): void {
  work.results[branch.index] = branch.input;
  work.threads = work.threads.filter((id) => id !== branch.id);
  it.touch(execution);
  if (work.threads.length > 0) return;
  const state = stateOf(execution.machine, parent.block, parent.state);
  parent.last = it.emit(execution, 'ParallelStateSucceeded', branch.last);
  const result = joined(work.results);
  it.proceed(execution, parent, () => {
    const extras = { result };
    return leave(it, execution, parent, { state, exit: state, fallback: result, extras, link: branch.last });
  });
}

/** A branch has failed: stops the others and fails the state with its error. */
export async function branchFailed(
  it: Interpreter,
  execution: Execution,
  parent: Thread,
  work: ParallelWork,
  branch: Thread,
  failure: Failure,
): Promise<void> {
  for (const id of work.threads) {
    const other = execution.threads.get(id);
    if (other && other !== branch && other.entered > 0) abortedEvent(it, execution, other, branch.last);
  }
  await fail(it, execution, parent, failure, branch.last);
}

/** Adds the event of a state that is stopped because another branch or iteration failed. */
export function abortedEvent(it: Interpreter, execution: Execution, thread: Thread, link: number): void {
  const { type } = stateOf(execution.machine, thread.block, thread.state);
  it.emit(execution, `${type}StateAborted`, link);
}
