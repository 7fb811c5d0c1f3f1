import { parseTimestamp } from '../asl/timestamp.ts';
import type { WaitState } from '../asl/types.ts';
import { EvaluationError } from '../errors.ts';
import { bindingsOf } from '../execution/context.ts';
import type { Execution } from '../execution/execution.ts';
import type { Interpreter } from '../execution/interpreter.ts';
import { leave } from '../execution/leave.ts';
import { type Thread, TIMER } from '../execution/thread.ts';
import { integerField, stringField } from './typed.ts';

/** The maximum of Seconds. */
const MAX_SECONDS = 99_999_999;

export async function executeWait(
  it: Interpreter,
  execution: Execution,
  thread: Thread,
  state: WaitState,
): Promise<void> {
  const until = await waitUntil(it, execution, thread, state);
  thread.work = { kind: 'waiting', until };
  it.touch(execution);
  if (until <= it.deps.clock.now()) await leave(it, execution, thread, { state, exit: state, fallback: thread.input });
  else watchWait(it, execution, thread, state, until);
}

/** Leaves the state at `until`. */
export function watchWait(
  it: Interpreter,
  execution: Execution,
  thread: Thread,
  state: WaitState,
  until: number,
): void {
  thread[TIMER] = it.deps.timers.at(until, () =>
    it.proceed(execution, thread, () => leave(it, execution, thread, { state, exit: state, fallback: thread.input })),
  );
}

async function waitUntil(it: Interpreter, execution: Execution, thread: Thread, state: WaitState): Promise<number> {
  const bindings = bindingsOf(execution, thread);
  if (state.seconds) {
    const seconds = await integerField(it, execution, thread, state.seconds, bindings, 0, MAX_SECONDS);
    return thread.enteredAt + seconds * 1000;
  }
  if (state.timestamp === undefined) return thread.enteredAt;
  const text = await stringField(it, execution, thread, state.timestamp, bindings);
  const time = parseTimestamp(text);
  if (time !== undefined) return time;
  const message = `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${text}`;
  throw new EvaluationError(message, 'Timestamp', true);
}
