import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Json, JsonObject } from '../../json.ts';
import type { State } from '../asl/types.ts';
import { EvaluationError, type Failure, HistoryFull, StateFailed } from '../errors.ts';
import type { Bindings } from '../jsonata/expression.ts';
import type { Template } from '../jsonata/template.ts';
import { Payload } from '../payload.ts';
import { childDone, childFailed, executeState } from '../state-types/execute.ts';
import type { InterpreterDeps } from './deps.ts';
import { endExecution } from './end.ts';
import { inputOf } from './events.ts';
import type { Execution } from './execution.ts';
import { fail } from './failure.ts';
import { blockOf, stateOf } from './machine.ts';
import type { Thread } from './thread.ts';

/** Thrown if a thread was stopped during an evaluation. Nothing remains to be done. */
class Abandoned extends Error {}

/** The maximum of transitions of a thread in one turn of the event loop, so that a long chain does not delay other threads. */
const STEPS_PER_TURN = 64;

/** Runs executions: takes their threads from state to state. */
export class Interpreter {
  readonly deps: InterpreterDeps;
  /** The running executions. */
  readonly live = new Map<number, Execution>();

  constructor(deps: InterpreterDeps) {
    this.deps = deps;
  }

  /** Starts a new execution. */
  begin(execution: Execution): void {
    this.live.set(execution.id, execution);
    const { machine, input, block } = execution;
    const details = { ...inputOf(input.text), roleArn: machine.roleArn };
    this.emit(execution, 'ExecutionStarted', 0, details);
    const { startAt } = blockOf(machine, block);
    const thread = this.spawn(execution, { parent: 0, index: 0, block, state: startAt, input, last: 0 });
    this.deps.statusChanged(execution);
    this.watchTimeout(execution);
    this.proceed(execution, thread);
  }

  spawn(
    execution: Execution,
    init: Pick<Thread, 'parent' | 'index' | 'block' | 'state' | 'input' | 'last'> & Pick<Partial<Thread>, 'item'>,
  ): Thread {
    const thread: Thread = {
      id: ++execution.made,
      vars: {},
      before: 0,
      entered: 0,
      enteredAt: 0,
      tries: [],
      retries: 0,
      work: { kind: 'ready' },
      ...init,
    };
    execution.threads.set(thread.id, thread);
    return thread;
  }

  /** Adds an event and returns its id. */
  emit(execution: Execution, type: string, previous: number, details?: JsonObject): number {
    if (
      execution.events >= this.deps.max['states.historyEvents'] - 1 &&
      execution.type === 'STANDARD' &&
      execution.status === 'RUNNING'
    ) {
      throw new HistoryFull();
    }
    const now = this.deps.clock.now();
    execution.fresh.push(details === undefined ? [type, now, previous] : [type, now, previous, details]);
    execution.events++;
    this.touch(execution);
    return execution.events;
  }

  /** Writes the execution with the next commit. */
  touch(execution: Execution): void {
    if (execution.dirty) return;
    execution.dirty = true;
    const { commits, store } = this.deps;
    commits.write(() => store.save(execution));
  }

  isAlive(execution: Execution, thread: Thread): boolean {
    return (
      execution.status === 'RUNNING' &&
      execution.threads.get(thread.id) === thread &&
      thread.work.kind !== 'stopped' &&
      this.live.get(execution.id) === execution
    );
  }

  /** Evaluates a field. The result is plain JSON text, because JSONata adds properties to arrays, which no variable may have. */
  async evaluate(execution: Execution, thread: Thread, template: Template, bindings: Bindings): Promise<Payload> {
    if (template.constant) return template.constant;
    const value: Json = await template.evaluate(bindings);
    if (!this.isAlive(execution, thread)) throw new Abandoned();
    return new Payload(JSON.stringify(value));
  }

  /** Runs `action`, if there is one, and then the states of a thread until it has to wait. */
  proceed(execution: Execution, thread: Thread, action?: () => Promise<void>): void {
    this.#run(execution, thread, action).catch((error: unknown) => this.deps.fatal(error));
  }

  /** Called when a branch or iteration of `parent` has ended. */
  childDone(execution: Execution, parent: Thread, child: Thread): void {
    childDone(this, execution, parent, child);
  }

  /** Called when a branch or iteration of `parent` has failed. */
  childFailed(execution: Execution, parent: Thread, child: Thread, failure: Failure): void {
    this.proceed(execution, parent, () => childFailed(this, execution, parent, child, failure));
  }

  async #run(execution: Execution, thread: Thread, action: (() => Promise<void>) | undefined): Promise<void> {
    if (action) await this.#guard(execution, thread, action);
    for (let steps = 1; this.isAlive(execution, thread); steps++) {
      const { kind } = thread.work;
      if (kind !== 'ready' && kind !== 'entered') return;
      if (steps % STEPS_PER_TURN === 0) {
        await nextTurn();
        if (!this.isAlive(execution, thread)) return;
      }
      await this.#guard(execution, thread, () => this.#step(execution, thread));
    }
  }

  async #step(execution: Execution, thread: Thread): Promise<void> {
    const state = stateOf(execution.machine, thread.block, thread.state);
    if (thread.work.kind === 'ready') {
      if (this.deps.isDeleting(execution.machine.name)) {
        endExecution(this, execution, 'ABORTED', {}, 0);
        return;
      }
      const turn = execution.type === 'STANDARD' ? this.deps.transitions?.pass() : undefined;
      if (turn) {
        await turn;
        if (!this.isAlive(execution, thread)) return;
      }
      this.#enter(execution, thread, state);
      // Branches that start together enter their first states before any of them continues.
      await Promise.resolve();
      if (!this.isAlive(execution, thread)) return;
    }
    await executeState(this, execution, thread, state);
  }

  #enter(execution: Execution, thread: Thread, state: State): void {
    const details = { ...inputOf(thread.input.text), name: state.name };
    execution.transitions++;
    thread.before = thread.last;
    thread.enteredAt = this.deps.clock.now();
    thread.entered = this.emit(execution, `${state.type}StateEntered`, thread.last, details);
    thread.last = thread.entered;
    thread.tries = [];
    thread.retries = 0;
    thread.work = { kind: 'entered' };
  }

  /** Runs a part of a state's work. An error fails the state. */
  async #guard(execution: Execution, thread: Thread, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof Abandoned) return;
      if (error instanceof HistoryFull) this.#endFull(execution);
      else await this.#failWith(execution, thread, error);
    }
  }

  async #failWith(execution: Execution, thread: Thread, error: unknown): Promise<void> {
    if (!(error instanceof EvaluationError) && !(error instanceof StateFailed)) throw error;
    if (!this.isAlive(execution, thread)) return;
    const failure = error instanceof StateFailed ? error.failure : this.evaluationFailed(execution, thread, error);
    await this.#guard(execution, thread, () => fail(this, execution, thread, failure));
  }

  /** Records that a field could not be evaluated, and returns the failure of the state. */
  evaluationFailed(execution: Execution, thread: Thread, error: EvaluationError): Failure {
    const place = `the state '${thread.state}' (entered at the event id #${thread.entered})`;
    const cause = `An error occurred while executing ${place}. ${error.message}`;
    const name = 'States.QueryEvaluationError';
    const isFirst = thread.last === thread.entered && !error.afterEntry;
    thread.last = this.emit(execution, 'EvaluationFailed', isFirst ? thread.before : thread.last, {
      error: name,
      cause,
      ...(error.location !== undefined && { location: error.location }),
      state: thread.state,
    });
    return { error: name, cause };
  }

  #endFull(execution: Execution): void {
    const cause = `The execution reached the maximum number of history events (${this.deps.max['states.historyEvents']}).`;
    endExecution(this, execution, 'FAILED', { error: 'States.Runtime', cause }, execution.events);
  }

  /** Ends the execution at its timeout. A redrive starts the time again. */
  watchTimeout(execution: Execution): void {
    const { timeoutSeconds } = execution.machine.definition;
    const own = execution.isChild ? undefined : timeoutSeconds;
    const seconds = execution.type === 'EXPRESS' ? Math.min(own ?? EXPRESS_SECONDS, EXPRESS_SECONDS) : own;
    if (seconds === undefined) return;
    const due = (execution.redriven ?? execution.started) + seconds * 1000;
    execution.timeout = this.deps.timers.at(due, () => endExecution(this, execution, 'TIMED_OUT', {}, 0));
  }
}

/** The maximum duration of an EXPRESS execution: 5 minutes. */
const EXPRESS_SECONDS = 300;
