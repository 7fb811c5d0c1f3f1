import { startIterations } from '../state-types/map-inline.ts';
import { callTask, submitted, watchTask } from '../state-types/task.ts';
import { watchWait } from '../state-types/wait.ts';
import type { Execution } from './execution.ts';
import { watchBackoff } from './failure.ts';
import type { Interpreter } from './interpreter.ts';
import { blockOf, stateOf } from './machine.ts';
import type { Thread, Work } from './thread.ts';

/** The output of a submission whose response was lost in a crash. */
const LOST_RESPONSE = '{}';

/** Continues a running execution after a restart. */
export function recover(it: Interpreter, execution: Execution): void {
  it.live.set(execution.id, execution);
  it.watchTimeout(execution);
  for (const thread of [...execution.threads.values()]) recoverThread(it, execution, thread);
}

function recoverThread(it: Interpreter, execution: Execution, thread: Thread): void {
  const { work } = thread;
  const state = stateOf(execution.machine, thread.block, thread.state);
  if (work.kind === 'waiting' && state.type === 'Wait') watchWait(it, execution, thread, state, work.until);
  if (work.kind === 'backoff') watchBackoff(it, execution, thread);
  if (work.kind === 'ready' || work.kind === 'entered') it.proceed(execution, thread);
  if (work.kind !== 'task' || state.type !== 'Task') return;
  watchTask(it, execution, thread, work);
  if (work.early) it.proceed(execution, thread, () => submitted(it, execution, thread, state, work, LOST_RESPONSE));
  else if (work.stage === 'calling') callTask(it, execution, thread, state, work);
}

/** Redrives an execution. Succeeded branches and iterations stay as they are; everything else continues where it stopped. */
export function redrive(it: Interpreter, execution: Execution): void {
  const { clock } = it.deps;
  execution.status = 'RUNNING';
  execution.redrives++;
  execution.redriven = clock.now();
  execution.stopped = undefined;
  execution.error = undefined;
  execution.cause = undefined;
  it.live.set(execution.id, execution);
  it.emit(execution, 'ExecutionRedriven', execution.events, { redriveCount: execution.redrives });
  it.watchTimeout(execution);
  it.deps.statusChanged(execution);
  const root = [...execution.threads.values()].find(({ parent }) => parent === 0);
  if (root) resume(it, execution, root);
  else startOver(it, execution);
}

/** An EXPRESS execution, or a child that had succeeded, has no snapshot and starts at its first state. */
function startOver(it: Interpreter, execution: Execution): void {
  const { startAt } = blockOf(execution.machine, execution.block);
  const { block, input } = execution;
  const init = { parent: 0, index: 0, block, state: startAt, input, last: execution.events };
  it.proceed(execution, it.spawn(execution, init));
}

function resume(it: Interpreter, execution: Execution, thread: Thread): void {
  const work: Work = thread.work.kind === 'stopped' ? thread.work.was : thread.work;
  const state = stateOf(execution.machine, thread.block, thread.state);
  switch (work.kind) {
    case 'waiting':
      thread.work = work;
      if (state.type === 'Wait') watchWait(it, execution, thread, state, work.until);
      return;
    case 'parallel':
    case 'map':
      thread.work = work;
      for (const id of work.threads) resume(it, execution, execution.thread(id));
      if (work.kind === 'map') {
        it.proceed(execution, thread, () => startIterations(it, execution, thread, work, thread.last));
      }
      return;
    case 'mapRun':
      thread.work = work;
      it.deps.mapRuns.redrive(work.run, execution, thread);
      return;
    case 'ready':
      thread.work = work;
      it.proceed(execution, thread);
      return;
    default:
      // The state starts its work again, with all its retries. The next event links to its entry.
      execution.transitions++;
      thread.work = { kind: 'entered' };
      thread.tries = [];
      thread.retries = 0;
      thread.last = thread.entered;
      it.proceed(execution, thread);
  }
}
