import type { MapState } from '../asl/types.ts';
import type { Failure } from '../errors.ts';
import { bindingsOf } from '../execution/context.ts';
import type { Execution } from '../execution/execution.ts';
import { fail } from '../execution/failure.ts';
import type { Interpreter } from '../execution/interpreter.ts';
import { leave } from '../execution/leave.ts';
import { stateOf } from '../execution/machine.ts';
import type { MapWork, Thread } from '../execution/thread.ts';
import type { Payload } from '../payload.ts';
import { abortedEvent, joined } from './parallel.ts';
import { integerField } from './typed.ts';

/** The quota of concurrent iterations of an inline Map: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html */
const MAX_CONCURRENCY = 40;

export async function runIterations(
  it: Interpreter,
  execution: Execution,
  thread: Thread,
  state: MapState,
  items: Payload[],
): Promise<void> {
  const bindings = bindingsOf(execution, thread);
  const wanted = state.maxConcurrency
    ? await integerField(it, execution, thread, state.maxConcurrency, bindings, 0, Number.MAX_SAFE_INTEGER)
    : 0;
  const started = it.emit(execution, 'MapStateStarted', thread.last, { length: items.length });
  thread.last = started;
  const limit = wanted === 0 ? MAX_CONCURRENCY : Math.min(wanted, MAX_CONCURRENCY);
  const results = items.map(() => null);
  const work: MapWork = { kind: 'map', items, next: 0, running: 0, limit, threads: [], results, lastEvent: started };
  thread.work = work;
  if (items.length === 0) await finish(it, execution, thread, work);
  else await startIterations(it, execution, thread, work, started);
}

/** Starts iterations up to the limit. `link` is the event that made this possible. */
export async function startIterations(
  it: Interpreter,
  execution: Execution,
  parent: Thread,
  work: MapWork,
  link: number,
): Promise<void> {
  const state = stateOf(execution.machine, parent.block, parent.state);
  if (state.type !== 'Map') return;
  const { processor, itemSelector } = state;
  const fresh: Thread[] = [];
  while (work.running < work.limit && work.next < work.items.length) {
    const index = work.next++;
    const value = work.items[index];
    if (value === undefined) break;
    work.running++;
    const item = { index, value };
    const input = itemSelector
      ? await it.evaluate(execution, parent, itemSelector, bindingsOf(execution, parent, { item }))
      : value;
    const last = it.emit(execution, 'MapIterationStarted', link, { index, name: state.name });
    const init = { parent: parent.id, index, block: processor.key, state: processor.startAt, input, last, item };
    const thread = it.spawn(execution, init);
    work.threads.push(thread.id);
    fresh.push(thread);
  }
  for (const thread of fresh) it.proceed(execution, thread);
}

/** An iteration has ended: starts the next one, or ends the state. */
export function iterationDone(
  it: Interpreter,
  execution: Execution,
  parent: Thread,
  work: MapWork,
  iteration: Thread,
): void {
  const { index, last } = iteration;
  work.results[index] = iteration.input;
  work.threads = work.threads.filter((id) => id !== iteration.id);
  work.running--;
  work.lastEvent = it.emit(execution, 'MapIterationSucceeded', last, { index, name: parent.state });
  if (work.next < work.items.length)
    it.proceed(execution, parent, () => startIterations(it, execution, parent, work, last));
  else if (work.running === 0) it.proceed(execution, parent, () => finish(it, execution, parent, work));
}

async function finish(it: Interpreter, execution: Execution, thread: Thread, work: MapWork): Promise<void> {
  const state = stateOf(execution.machine, thread.block, thread.state);
  const result = joined(work.results);
  thread.last = it.emit(execution, 'MapStateSucceeded', work.lastEvent);
  const extras = { result };
  await leave(it, execution, thread, { state, exit: state, fallback: result, extras, link: work.lastEvent });
}

/** An iteration has failed: stops the others and fails the state with its error. */
export async function iterationFailed(
  it: Interpreter,
  execution: Execution,
  parent: Thread,
  work: MapWork,
  iteration: Thread,
  failure: Failure,
): Promise<void> {
  const { index, last } = iteration;
  it.emit(execution, 'MapIterationFailed', last, { index, name: parent.state });
  for (const id of work.threads) {
    const other = execution.threads.get(id);
    if (other === undefined || other === iteration) continue;
    if (other.entered > 0) abortedEvent(it, execution, other, last);
    it.emit(execution, 'MapIterationAborted', last, { index: other.index, name: parent.state });
  }
  await fail(it, execution, parent, failure, last);
}
