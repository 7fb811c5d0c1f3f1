import type { State } from '../asl/types.ts';
import type { Failure } from '../errors.ts';
import type { Execution } from '../execution/execution.ts';
import type { Interpreter } from '../execution/interpreter.ts';
import type { Thread } from '../execution/thread.ts';
import { executeChoice } from './choice.ts';
import { executeMap } from './map.ts';
import { iterationDone, iterationFailed } from './map-inline.ts';
import { branchDone, branchFailed, executeParallel } from './parallel.ts';
import { executeFail, executePass, executeSucceed } from './simple.ts';
import { executeTask } from './task.ts';
import { executeWait } from './wait.ts';

/** Runs the work of a state that was entered. */
export function executeState(it: Interpreter, execution: Execution, thread: Thread, state: State): Promise<void> {
  switch (state.type) {
    case 'Pass':
      return executePass(it, execution, thread, state);
    case 'Succeed':
      return executeSucceed(it, execution, thread, state);
    case 'Fail':
      return executeFail(it, execution, thread, state);
    case 'Choice':
      return executeChoice(it, execution, thread, state);
    case 'Wait':
      return executeWait(it, execution, thread, state);
    case 'Task':
      return executeTask(it, execution, thread, state);
    case 'Parallel':
      return executeParallel(it, execution, thread, state);
    case 'Map':
      return executeMap(it, execution, thread, state);
  }
}

/** Called when a branch or an iteration has ended. */
export function childDone(it: Interpreter, execution: Execution, parent: Thread, child: Thread): void {
  const { work } = parent;
  if (work.kind === 'parallel') branchDone(it, execution, parent, work, child);
  if (work.kind === 'map') iterationDone(it, execution, parent, work, child);
}

/** Called when a branch or an iteration has failed. */
export async function childFailed(
  it: Interpreter,
  execution: Execution,
  parent: Thread,
  child: Thread,
  failure: Failure,
): Promise<void> {
  const { work } = parent;
  if (work.kind === 'parallel') await branchFailed(it, execution, parent, work, child, failure);
  if (work.kind === 'map') await iterationFailed(it, execution, parent, work, child, failure);
}
