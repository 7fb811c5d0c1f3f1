import type { DistributedMap, MapState } from '../asl/types.ts';
import { type Failure, StateFailed } from '../errors.ts';
import type { InterpreterDeps } from '../execution/deps.ts';
import { endExecution } from '../execution/end.ts';
import { Execution } from '../execution/execution.ts';
import { executionArn, loadExecution } from '../execution/load.ts';
import { Pace } from '../execution/pace.ts';
import { redrive } from '../execution/resume.ts';
import type { Thread } from '../execution/thread.ts';
import { Payload } from '../payload.ts';
import type { PendingChild } from '../state/executions.ts';
import type { MapRunRow } from '../state/map-runs.ts';
import { type ChildCounts, totalOf } from './counts.ts';
import { Intake } from './intake.ts';
import type { MapRunDeps } from './manager.ts';
import { notifyFailed, notifySucceeded } from './notify.ts';
import type { Limits, Plan } from './plan.ts';

/** The limit of AWS, which MaxConcurrency 0 stands for: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html */
const MAX_CONCURRENCY = 10_000;
/** How many children are started in one turn. */
const CHUNK = 100;

const OVER_TOLERANCE: Failure = {
  error: 'States.ExceedToleratedFailureThreshold',
  cause: 'The specified tolerated failure threshold was exceeded',
};

/** A Map Run that runs. Its children are rows of the store; only running children are in memory. */
export class MapRun {
  readonly row: MapRunRow;
  readonly arn: string;
  readonly execution: Execution;
  readonly thread: Thread;
  readonly state: MapState;
  readonly map: DistributedMap;
  readonly plan: Plan;
  readonly running = new Map<number, Execution>();
  counts: ChildCounts;
  readonly #deps: MapRunDeps;
  readonly #intake: Intake;
  /** Undefined is no limit. */
  readonly #dispatch: Pace | undefined;
  /** Succeeded Standard children whose history is kept, the oldest first. */
  readonly #succeeded: number[] = [];
  #lastPending = 0;
  #lastRedriven = 0;
  #pumping = false;
  #isClosed = false;

  constructor(
    row: MapRunRow,
    counts: ChildCounts,
    place: { execution: Execution; thread: Thread; state: MapState; map: DistributedMap; arn: string },
    deps: MapRunDeps,
  ) {
    this.row = row;
    this.counts = counts;
    this.arn = place.arn;
    this.execution = place.execution;
    this.thread = place.thread;
    this.state = place.state;
    this.map = place.map;
    this.plan = JSON.parse(row.plan) as Plan;
    this.#deps = deps;
    this.#intake = new Intake(this, deps);
    const { clock, timers, paces } = deps.interpreter.deps;
    const pace = paces[place.map.childType === 'STANDARD' ? 'states.dispatchStandard' : 'states.dispatchExpress'];
    this.#dispatch = pace && new Pace(pace, clock, timers);
  }

  /** Checks the permissions, reads the remaining items, starts children, and ends the Map Run if nothing remains. */
  go(): void {
    const { deps } = this.#deps.interpreter;
    if (!deps.refusal) this.#goOn();
    else {
      this.#denied(deps.refusal)
        .then((failure) => {
          if (this.#isClosed) return;
          if (failure) this.#fail(failure);
          else this.#goOn();
        })
        .catch(deps.fatal);
    }
  }

  /**
   * The failure if the role may not start or redrive the children, which are executions of its own state machine. The name of the error
   * is not documented. https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
   */
  async #denied(refusal: NonNullable<InterpreterDeps['refusal']>): Promise<Failure | undefined> {
    const { arns } = this.#deps;
    const { name, roleArn } = this.execution.machine;
    const { pending, pendingRedrive } = this.counts.executions;
    const needed: [action: string, resource: string][] = [];
    if (pending > 0 || !this.row.readDone) needed.push(['states:StartExecution', arns.machine(name)]);
    const child = arns.execution(`${name}/${this.map.label}`, this.row.uuid);
    if (pendingRedrive > 0 && this.map.childType === 'STANDARD') needed.push(['states:RedriveExecution', child]);
    for (const [action, resource] of needed) {
      const cause = await refusal(roleArn, action, resource);
      if (cause !== undefined) return { error: 'States.Permissions', cause };
    }
    return undefined;
  }

  #goOn(): void {
    if (!this.row.readDone) this.#read().catch(this.#deps.interpreter.deps.fatal);
    this.pump();
    this.check();
  }

  /** Whether it is ending or has ended. Then no child is started. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  async #read(): Promise<void> {
    const failure = await this.#intake.read();
    if (failure && !this.#isClosed) this.#fail(failure);
  }

  save(): void {
    const row = { ...this.row };
    this.#deps.interpreter.deps.commits.write(() => this.#deps.store.save(row));
  }

  update(limits: Partial<Limits>): void {
    Object.assign(this.row, limits);
    this.save();
    this.pump();
    this.check();
  }

  /** Stops the Map Run and its children, because its execution or state was stopped. */
  abort(): void {
    if (this.row.status !== 'RUNNING') return;
    this.#close();
    this.#end('ABORTED');
  }

  childEnded(child: Execution): void {
    if (!this.running.delete(child.id)) return;
    this.counts.move('RUNNING', child.status, child.origin.items);
    if (child.status === 'SUCCEEDED') this.#forgetSome(child);
    if (this.#isClosed) return;
    this.#intake.wake();
    this.check();
    this.pump();
  }

  /**
   * Keeps the histories of the newest succeeded children only, which no redrive needs, and no input of an Express child that no result file
   * contains: DescribeExecution does not answer for these. A run of the engine forgets what ended in it.
   */
  #forgetSome(child: Execution): void {
    const { executions, interpreter, keptHistories } = this.#deps;
    const { commits } = interpreter.deps;
    if (child.type === 'EXPRESS') {
      const { writer } = this.plan;
      const isWritten = !writer?.config || writer.config.transformation === 'NONE';
      if (!isWritten) commits.write(() => executions.forgetInput(child.id));
      return;
    }
    this.#succeeded.push(child.id);
    if (this.#succeeded.length < 2 * keptHistories) return;
    const old = this.#succeeded.splice(0, this.#succeeded.length - keptHistories);
    commits.write(() => {
      for (const id of old) executions.forgetHistory(id);
    });
  }

  /** Starts children up to the maximum concurrency, at the pace of dispatch. */
  pump(): void {
    if (this.#pumping || this.#isClosed) return;
    if (this.#room() <= 0) return;
    this.#pumping = true;
    // The rows of the children must be committed before they can be read.
    this.#deps.interpreter.deps.commits.afterCommit(() => {
      this.#pumping = false;
      if (this.#isClosed) return;
      const room = this.#room();
      const admitted = this.#dispatch ? this.#dispatch.admit(room) : room;
      this.#startSome(admitted);
      if (admitted === room) this.pump();
      else this.#pumpLater(room - admitted);
    });
  }

  #pumpLater(children: number): void {
    this.#pumping = true;
    this.#dispatch?.whenReady(children, () => {
      this.#pumping = false;
      this.pump();
    });
  }

  /** The number of children that may start now. */
  #room(): number {
    const { pendingRedrive, pending } = this.counts.executions;
    return Math.min((this.row.maxConcurrency || MAX_CONCURRENCY) - this.running.size, pendingRedrive + pending, CHUNK);
  }

  #startSome(room: number): void {
    const { store } = this.#deps;
    const { executions } = this.counts;
    if (room <= 0) return;
    let left = room;
    if (executions.pendingRedrive > 0) {
      for (const row of store.children(this.row.id, 'PENDING_REDRIVE', this.#lastRedriven, left)) {
        this.#lastRedriven = row.id;
        left--;
        const place = { label: this.map.label, block: this.state.processor.key };
        const from = { arns: this.#deps.arns, store: this.#deps.executions };
        const child = loadExecution(row, this.execution.machine, from, place);
        this.#start(child, 'PENDING_REDRIVE');
        redrive(this.#deps.interpreter, child);
        if (this.#isClosed) return;
      }
    }
    if (left <= 0 || executions.pending === 0) return;
    for (const row of store.pending(this.row.id, this.#lastPending, left)) {
      this.#lastPending = row.id;
      const child = this.#newChild(row);
      this.#intake.started(row.input);
      this.#start(child, 'PENDING');
      this.#deps.interpreter.begin(child);
      if (this.#isClosed) return;
    }
  }

  #start(child: Execution, from: 'PENDING' | 'PENDING_REDRIVE'): void {
    child.round = this.row.redrives;
    this.running.set(child.id, child);
    this.counts.move(from, 'RUNNING', child.origin.items);
  }

  #newChild({ id, name, item, items, input }: PendingChild): Execution {
    const { machine } = this.execution;
    const type = this.map.childType;
    const child = new Execution({
      id,
      name,
      arn: executionArn(this.#deps.arns, { id, name, type, machine: machine.name }, this.map.label),
      machine,
      type,
      origin: { mapRun: this.row.id, item, items },
      input: new Payload(input),
      block: this.state.processor.key,
      started: this.#deps.interpreter.deps.clock.now(),
    });
    child.isNew = false;
    return child;
  }

  /** Ends the Map Run if too many items failed, or if nothing remains. */
  check(): void {
    if (this.#isClosed) return;
    if (this.#isOverTolerance()) {
      this.#fail(OVER_TOLERANCE);
      return;
    }
    const { pending, pendingRedrive } = this.counts.executions;
    if (this.row.readDone && this.running.size === 0 && pending + pendingRedrive === 0) {
      this.#isClosed = true;
      this.#finish().catch(this.#deps.interpreter.deps.fatal);
    }
  }

  #isOverTolerance(): boolean {
    const { toleratedCount, toleratedPercentage, readDone } = this.row;
    const { failedItems, items } = this.counts;
    if (failedItems === 0) return false;
    const maxItems = toleratedCount ?? (toleratedPercentage === undefined ? 0 : Number.POSITIVE_INFINITY);
    if (failedItems > maxItems) return true;
    // The percentage is known only after all items were read.
    return toleratedPercentage !== undefined && readDone && (failedItems / totalOf(items)) * 100 > toleratedPercentage;
  }

  #fail(failure: Failure): void {
    this.#close();
    this.#finish(failure).catch(this.#deps.interpreter.deps.fatal);
  }

  /** Stops the running children. */
  #close(): void {
    this.#isClosed = true;
    this.#intake.wake();
    const cause = `The map run execution [${this.arn}] which was managing this resource was aborted`;
    for (const child of [...this.running.values()]) {
      endExecution(this.#deps.interpreter, child, 'ABORTED', { cause }, 0);
    }
  }

  async #finish(failure?: Failure): Promise<void> {
    const { interpreter, results, store } = this.#deps;
    await interpreter.deps.commits.committed();
    let output: Payload | undefined;
    let problem = failure;
    try {
      if (this.plan.writer) {
        const { bucket, prefix, config } = this.plan.writer;
        const { id: run, uuid, redrives: round } = this.row;
        const { roleArn } = this.execution.machine;
        const map = { run, uuid, mapRunArn: this.arn, label: this.map.label, round };
        const whose = { ...map, bucket, prefix, roleArn, ...(config && { config }) };
        const key = await results.write(whose);
        output = Payload.of({ MapRunArn: this.arn, ResultWriterDetails: { Bucket: bucket, Key: key } });
      } else if (problem === undefined) {
        output = store.outputs(this.row.id, this.state.name, interpreter.deps.max['states.dataBytes']);
      }
    } catch (error) {
      if (!(error instanceof StateFailed)) throw error;
      problem ??= error.failure;
    }
    // The Map Run may have been stopped meanwhile.
    if (this.row.status !== 'RUNNING') return;
    this.#end(problem ? 'FAILED' : 'SUCCEEDED', problem);
    if (problem) notifyFailed(this, this.#deps.interpreter, problem);
    else if (output) notifySucceeded(this, this.#deps.interpreter, output);
  }

  #end(status: MapRunRow['status'], failure: Failure = {}): void {
    this.row.status = status;
    this.row.stopped = this.#deps.interpreter.deps.clock.now();
    this.row.error = failure.error;
    this.row.cause = failure.cause;
    this.save();
    this.#deps.ended(this);
  }
}
