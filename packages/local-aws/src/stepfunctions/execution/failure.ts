import type { Catcher, Retrier, State } from '../asl/types.ts';
import { EvaluationError, type Failure, StateFailed } from '../errors.ts';
import { Payload } from '../payload.ts';
import { endExecution, stopThread } from './end.ts';
import { failureOf } from './events.ts';
import type { Execution } from './execution.ts';
import type { Interpreter } from './interpreter.ts';
import { leave } from './leave.ts';
import { stateOf } from './machine.ts';
import { type Thread, TIMER } from './thread.ts';

function matches(errors: readonly string[], failure: Failure): boolean {
  const { error, alias } = failure;
  return errors.some((name) => {
    if (name === error || name === alias) return true;
    if (failure.notByAll) return false;
    return name === 'States.ALL' || (name === 'States.TaskFailed' && error !== 'States.Timeout');
  });
}

/** Milliseconds before the next try. `tries` is the number of earlier tries of this retrier. */
export function retryDelay(retrier: Retrier, tries: number, random: () => number): number {
  const seconds = retrier.intervalSeconds * retrier.backoffRate ** tries;
  const capped = Math.min(seconds, retrier.maxDelaySeconds ?? Number.POSITIVE_INFINITY);
  return Math.round(capped * 1000 * (retrier.fullJitter ? random() : 1));
}

/** How a state handles a failure: by the retrier with this index, or by a catcher; empty if it does not. */
export interface Handling {
  retry?: number;
  catcher?: Catcher;
}

export function handlingOf(state: State, thread: Thread, failure: Failure): Handling {
  const retry = state.retry.findIndex((retrier) => matches(retrier.errors, failure));
  const retrier = state.retry[retry];
  if (retrier && (thread.tries[retry] ?? 0) < retrier.maxAttempts) return { retry };
  const catcher = state.catch.find(({ errors }) => matches(errors, failure));
  return catcher ? { catcher } : {};
}

/**
 * Handles the failure of a thread's state: retries it, catches it, or fails the enclosing state or execution. `link` is the event
 * that the failure of a Map or Parallel state links to.
 */
export async function fail(
  it: Interpreter,
  execution: Execution,
  thread: Thread,
  failure: Failure,
  link = thread.last,
): Promise<void> {
  const state = stateOf(execution.machine, thread.block, thread.state);
  const { retry, catcher } = handlingOf(state, thread, failure);
  const { work } = thread;
  const children = work.kind === 'parallel' || work.kind === 'map' ? work.threads : [];
  for (const child of children) stopTree(it, execution, execution.threads.get(child));
  thread.last = link;
  if (retry === undefined && (state.type === 'Parallel' || state.type === 'Map')) {
    thread.last = it.emit(execution, `${state.type}StateFailed`, link);
  }
  if (retry === undefined && !catcher) {
    propagate(it, execution, thread, failure);
    return;
  }
  for (const child of children) dropTree(execution, execution.threads.get(child));
  if (retry !== undefined) backOff(it, execution, thread, state, retry);
  else if (catcher) await caught(it, execution, thread, state, catcher, failure);
}

const childrenOf = ({ work }: Thread): number[] => {
  const was = work.kind === 'stopped' ? work.was : work;
  return was.kind === 'parallel' || was.kind === 'map' ? was.threads : [];
};

/** Stops a thread and its children. */
function stopTree(it: Interpreter, execution: Execution, thread: Thread | undefined): void {
  if (thread === undefined) return;
  for (const child of childrenOf(thread)) stopTree(it, execution, execution.threads.get(child));
  stopThread(it, thread);
}

/** Deletes stopped threads, because the enclosing state continues without them. */
function dropTree(execution: Execution, thread: Thread | undefined): void {
  if (thread === undefined) return;
  for (const child of childrenOf(thread)) dropTree(execution, execution.threads.get(child));
  execution.threads.delete(thread.id);
}

function backOff(it: Interpreter, execution: Execution, thread: Thread, state: State, retry: number): void {
  const retrier = state.retry[retry];
  if (retrier === undefined) return;
  const tries = thread.tries[retry] ?? 0;
  const delay = retryDelay(retrier, tries, it.deps.random);
  // The array must have no holes, because a hole would become null in the snapshot.
  while (thread.tries.length <= retry) thread.tries.push(0);
  thread.tries[retry] = tries + 1;
  thread.retries++;
  thread.work = { kind: 'backoff', until: it.deps.clock.now() + delay };
  it.touch(execution);
  watchBackoff(it, execution, thread);
}

/** Continues a thread when its backoff is over. */
export function watchBackoff(it: Interpreter, execution: Execution, thread: Thread): void {
  const { work } = thread;
  if (work.kind !== 'backoff') return;
  thread[TIMER] = it.deps.timers.at(work.until, () => {
    execution.transitions++;
    thread.work = { kind: 'entered' };
    it.proceed(execution, thread);
  });
}

async function caught(
  it: Interpreter,
  execution: Execution,
  thread: Thread,
  state: State,
  catcher: Catcher,
  failure: Failure,
): Promise<void> {
  const { error } = failure;
  // Recorded on AWS: the error output of a timeout has an empty cause, though the history has none.
  const cause = failure.cause ?? (error === 'States.Timeout' ? '' : undefined);
  const output = Payload.of({
    ...(error !== undefined && { Error: error }),
    ...(cause !== undefined && { Cause: cause }),
  });
  thread.work = { kind: 'entered' };
  try {
    const extras = { errorOutput: output };
    await leave(it, execution, thread, { state, exit: catcher, fallback: output, extras });
  } catch (error) {
    // A failure of a catcher is not caught by other catchers.
    if (error instanceof EvaluationError)
      propagate(it, execution, thread, it.evaluationFailed(execution, thread, error));
    else if (error instanceof StateFailed) propagate(it, execution, thread, error.failure);
    else throw error;
  }
}

/** Passes an unhandled failure to the enclosing state, or fails the execution. */
export function propagate(it: Interpreter, execution: Execution, thread: Thread, failure: Failure): void {
  if (thread.parent === 0) {
    endExecution(it, execution, 'FAILED', failureOf(failure), thread.last);
    return;
  }
  it.childFailed(execution, execution.thread(thread.parent), thread, failure);
}
