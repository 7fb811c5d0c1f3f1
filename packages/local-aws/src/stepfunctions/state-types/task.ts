import type { JsonObject } from '../../json.ts';
import type { TaskState, TaskTarget } from '../asl/types.ts';
import { dataLimitExceeded, type Failure } from '../errors.ts';
import { bindingsOf } from '../execution/context.ts';
import { failureOf, inputOf, outputOf } from '../execution/events.ts';
import type { Execution } from '../execution/execution.ts';
import { fail } from '../execution/failure.ts';
import type { Interpreter } from '../execution/interpreter.ts';
import { leave } from '../execution/leave.ts';
import { stateOf } from '../execution/machine.ts';
import { type Answer, type TaskWork, type Thread, TIMER } from '../execution/thread.ts';
import { Payload } from '../payload.ts';
import type { CallResult } from '../tasks/caller.ts';
import { integerField } from './typed.ts';

/** The maximum of TimeoutSeconds and HeartbeatSeconds. */
const MAX_SECONDS = 99_999_999;

/** A resource that is the ARN of a function has events of its own; every other resource has those of tasks. */
const prefixOf = (target: TaskTarget) => (target.kind === 'lambda-arn' ? 'LambdaFunction' : 'Task');
const wordsOf = ({ kind, resource, resourceType }: TaskTarget): JsonObject =>
  kind === 'lambda-arn' ? {} : { resource, resourceType };

export async function executeTask(
  it: Interpreter,
  execution: Execution,
  thread: Thread,
  state: TaskState,
): Promise<void> {
  const { clock, tokens, region } = it.deps;
  const { target } = state;
  const attempt = ++execution.made;
  const token = target.waitForToken ? tokens.issue({ execution: execution.id, thread: thread.id, attempt }) : undefined;
  const bindings = bindingsOf(execution, thread, token === undefined ? {} : { token });
  const seconds = (template: TaskState['timeoutSeconds']) =>
    template && integerField(it, execution, thread, template, bindings, 1, MAX_SECONDS);
  const timeout = await seconds(state.timeoutSeconds);
  const heartbeat = await seconds(state.heartbeatSeconds);
  const args = state.arguments ? await it.evaluate(execution, thread, state.arguments, bindings) : thread.input;
  if (args.exceeds(it.deps.max['states.dataBytes'])) {
    await fail(it, execution, thread, dataLimitExceeded(state.name));
    return;
  }
  const limits = {
    ...(timeout !== undefined && { timeoutInSeconds: timeout }),
    ...(heartbeat !== undefined && { heartbeatInSeconds: heartbeat }),
  };
  const scheduled: JsonObject =
    target.kind === 'lambda-arn'
      ? { ...inputOf(args.text), resource: target.resource, ...limits }
      : { parameters: args.text, region, ...wordsOf(target), ...limits };
  const now = clock.now();
  thread.last = it.emit(execution, `${prefixOf(target)}Scheduled`, thread.last, scheduled);
  const words = target.kind === 'lambda-arn' ? undefined : wordsOf(target);
  thread.last = it.emit(execution, `${prefixOf(target)}Started`, thread.last, words);
  const work: TaskWork = {
    kind: 'task',
    attempt,
    stage: 'calling',
    args,
    ...(timeout !== undefined && { timeoutAt: now + timeout * 1000 }),
    ...(heartbeat !== undefined && { heartbeatSeconds: heartbeat, heartbeatAt: now + heartbeat * 1000 }),
  };
  thread.work = work;
  watchTask(it, execution, thread, work);
  callTask(it, execution, thread, state, work);
}

/** Makes the call after its events are committed. A crash before the response makes the call again. */
export function callTask(
  it: Interpreter,
  execution: Execution,
  thread: Thread,
  state: TaskState,
  work: TaskWork,
): void {
  const { commits, tasks } = it.deps;
  const { args } = work;
  if (args === undefined) return;
  const { target } = state;
  commits.afterCommit(() => {
    if (!isCurrent(it, execution, thread, work.attempt)) return;
    tasks
      .call({ target, args, roleArn: execution.machine.roleArn })
      .then((result) => callDone(it, execution, thread, work.attempt, result))
      .catch(it.deps.fatal);
  });
}

function isCurrent(it: Interpreter, execution: Execution, thread: Thread, attempt: number): boolean {
  return it.isAlive(execution, thread) && thread.work.kind === 'task' && thread.work.attempt === attempt;
}

function callDone(it: Interpreter, execution: Execution, thread: Thread, attempt: number, result: CallResult): void {
  if (!isCurrent(it, execution, thread, attempt) || thread.work.kind !== 'task') return;
  const { work } = thread;
  const state = stateOf(execution.machine, thread.block, thread.state);
  if (state.type !== 'Task') return;
  if (!state.target.waitForToken || 'error' in result) {
    it.proceed(execution, thread, () => answered(it, execution, thread, state, result));
    return;
  }
  it.proceed(execution, thread, () => submitted(it, execution, thread, state, work, result.output));
}

/** The call with the token is done. An answer to the token that arrived before is applied now. */
export async function submitted(
  it: Interpreter,
  execution: Execution,
  thread: Thread,
  state: TaskState,
  work: TaskWork,
  output: string,
): Promise<void> {
  const details = { ...outputOf(output), ...wordsOf(state.target) };
  thread.last = it.emit(execution, 'TaskSubmitted', thread.last, details);
  const { args: _, early, ...rest } = work;
  thread.work = { ...rest, stage: 'submitted' };
  if (early) await answered(it, execution, thread, state, early);
}

/** Applies the result of a task: the response to the call, or the answer to the token. */
async function answered(
  it: Interpreter,
  execution: Execution,
  thread: Thread,
  state: TaskState,
  answer: Answer,
): Promise<void> {
  const { target } = state;
  it.deps.timers.cancel(thread[TIMER]);
  thread.work = { kind: 'entered' };
  const result = 'output' in answer ? new Payload(answer.output) : undefined;
  const failure: Failure | undefined = result?.exceeds(it.deps.max['states.dataBytes'])
    ? dataLimitExceeded(state.name)
    : 'output' in answer
      ? undefined
      : failureOf(answer);
  if (failure) {
    thread.last = it.emit(execution, `${prefixOf(target)}Failed`, thread.last, {
      ...failureOf(failure),
      ...wordsOf(target),
    });
    await fail(it, execution, thread, failure);
    return;
  }
  if (result === undefined) return;
  const details = { ...outputOf(result.text), ...wordsOf(target) };
  thread.last = it.emit(execution, `${prefixOf(target)}Succeeded`, thread.last, details);
  await leave(it, execution, thread, { state, exit: state, fallback: result, extras: { result } });
}

/** Answers a token. Returns false if the task no longer waits for it. */
export function answerToken(
  it: Interpreter,
  execution: Execution,
  thread: Thread,
  attempt: number,
  answer: Answer,
): boolean {
  if (!isCurrent(it, execution, thread, attempt) || thread.work.kind !== 'task') return false;
  const { work } = thread;
  if (work.early) return false;
  const state = stateOf(execution.machine, thread.block, thread.state);
  if (state.type !== 'Task') return false;
  if (work.stage === 'calling') {
    // The worker answered before the response to the call arrived.
    work.early = answer;
    it.touch(execution);
    return true;
  }
  it.proceed(execution, thread, () => answered(it, execution, thread, state, answer));
  return true;
}

/** Records a heartbeat. Returns false if the task no longer waits for its token. */
export function heartbeat(it: Interpreter, execution: Execution, thread: Thread, attempt: number): boolean {
  if (!isCurrent(it, execution, thread, attempt) || thread.work.kind !== 'task') return false;
  const { work } = thread;
  if (work.early) return false;
  if (work.heartbeatSeconds === undefined) return true;
  work.heartbeatAt = it.deps.clock.now() + work.heartbeatSeconds * 1000;
  it.touch(execution);
  it.deps.timers.cancel(thread[TIMER]);
  watchTask(it, execution, thread, work);
  return true;
}

/** Starts the timer for the timeout and the heartbeat of a task. */
export function watchTask(it: Interpreter, execution: Execution, thread: Thread, work: TaskWork): void {
  const never = Number.POSITIVE_INFINITY;
  const { timeoutAt = never, heartbeatAt = never } = work;
  const due = Math.min(timeoutAt, heartbeatAt);
  if (due === never) return;
  thread[TIMER] = it.deps.timers.at(due, () => {
    it.proceed(execution, thread, () => timedOut(it, execution, thread, heartbeatAt < timeoutAt));
  });
}

async function timedOut(
  it: Interpreter,
  execution: Execution,
  thread: Thread,
  missedHeartbeat: boolean,
): Promise<void> {
  const state = stateOf(execution.machine, thread.block, thread.state);
  if (state.type !== 'Task') return;
  const failure: Failure = { error: 'States.Timeout', ...(missedHeartbeat && { alias: 'States.HeartbeatTimeout' }) };
  thread.work = { kind: 'entered' };
  const details = { ...failureOf(failure), ...wordsOf(state.target) };
  thread.last = it.emit(execution, `${prefixOf(state.target)}TimedOut`, thread.last, details);
  await fail(it, execution, thread, failure);
}
