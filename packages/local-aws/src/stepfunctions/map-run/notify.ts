import type { Failure } from '../errors.ts';
import { failureOf } from '../execution/events.ts';
import { fail } from '../execution/failure.ts';
import type { Interpreter } from '../execution/interpreter.ts';
import { leave } from '../execution/leave.ts';
import type { Payload } from '../payload.ts';
import type { MapRun } from './run.ts';

/** Leaves the Map state with the results of its Map Run. */
export function notifySucceeded({ execution, thread, state }: MapRun, it: Interpreter, output: Payload): void {
  const { work } = thread;
  if (work.kind !== 'mapRun' || !it.isAlive(execution, thread)) return;
  it.proceed(execution, thread, async () => {
    const succeeded = it.emit(execution, 'MapRunSucceeded', work.link);
    thread.last = it.emit(execution, 'MapStateSucceeded', succeeded);
    const extras = { result: output };
    await leave(it, execution, thread, { state, exit: state, fallback: output, extras, link: work.link });
  });
}

/** Fails the Map state with the failure of its Map Run. */
export function notifyFailed({ execution, thread }: MapRun, it: Interpreter, failure: Failure): void {
  const { work } = thread;
  if (work.kind !== 'mapRun' || !it.isAlive(execution, thread)) return;
  it.proceed(execution, thread, async () => {
    thread.last = it.emit(execution, 'MapRunFailed', work.link, failureOf(failure));
    await fail(it, execution, thread, failure);
  });
}
