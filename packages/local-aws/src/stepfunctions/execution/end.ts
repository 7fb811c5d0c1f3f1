import type { Payload } from '../payload.ts';
import { failureOf, outputOf } from './events.ts';
import type { Execution, ExecutionStatus } from './execution.ts';
import type { Interpreter } from './interpreter.ts';
import { type Thread, TIMER } from './thread.ts';

const EVENT: Partial<Record<ExecutionStatus, string>> = {
  SUCCEEDED: 'ExecutionSucceeded',
  FAILED: 'ExecutionFailed',
  TIMED_OUT: 'ExecutionTimedOut',
  ABORTED: 'ExecutionAborted',
};

/** Stops a thread and keeps its work for a redrive. */
export function stopThread(interpreter: Interpreter, thread: Thread): void {
  interpreter.deps.timers.cancel(thread[TIMER]);
  delete thread[TIMER];
  const { work } = thread;
  if (work.kind === 'stopped') return;
  if (work.kind === 'mapRun') interpreter.deps.mapRuns.abort(work.run);
  thread.work = { kind: 'stopped', was: work };
}

/** Ends an execution: adds the last event, stops the threads and removes it from the running executions. */
export function endExecution(
  interpreter: Interpreter,
  execution: Execution,
  status: ExecutionStatus,
  result: { output?: Payload; error?: string | undefined; cause?: string | undefined },
  previous: number,
): void {
  const { deps, live } = interpreter;
  if (execution.status !== 'RUNNING') return;
  execution.status = status;
  execution.stopped = deps.clock.now();
  execution.output = result.output;
  execution.error = result.error;
  execution.cause = result.cause;
  const details = result.output ? outputOf(result.output.text) : failureOf(result);
  interpreter.emit(execution, EVENT[status] ?? 'ExecutionFailed', previous, details);
  for (const thread of execution.threads.values()) stopThread(interpreter, thread);
  deps.timers.cancel(execution.timeout);
  live.delete(execution.id);
  interpreter.touch(execution);
  deps.statusChanged(execution);
  if (execution.isChild) deps.mapRuns.childEnded(execution);
}
