import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DistributedMap, MapState } from '../asl/types.ts';
import { EvaluationError, type Failure, StateFailed } from '../errors.ts';
import { bindingsOf } from '../execution/context.ts';
import { endExecution } from '../execution/end.ts';
import { Execution } from '../execution/execution.ts';
import { executionArn, loadExecution } from '../execution/load.ts';
import { redrive } from '../execution/resume.ts';
import type { Thread } from '../execution/thread.ts';
import { type Json, Payload } from '../json.ts';
import { itemsOf } from '../states/map.ts';
import type { PendingChild } from '../store/executions.ts';
import type { MapRunRow } from '../store/map-runs.ts';
import { retrying, TransientError } from '../tasks/retry.ts';
import { Batches, type ChildInput } from './batches.ts';
import type { ChildCounts } from './counts.ts';
import type { MapRunSurroundings } from './manager.ts';
import { notifyFailed, notifySucceeded } from './notify.ts';
import type { Limits, Plan } from './plan.ts';
import { readItems } from './reader.ts';

/** MaxConcurrency 0 is AWS's own limit. */
const MOST_AT_ONCE = 10_000;
/** Children whose rows are written at once, and children that are started in one turn. */
const CHUNK = 100;
/** Children that may wait for their turn before the reader waits too. */
const READ_AHEAD = 50_000;

const OVER_TOLERANCE: Failure = {
  error: 'States.ExceedToleratedFailureThreshold',
  cause: 'The specified tolerated failure threshold was exceeded',
};

/** A Map Run while it runs. Its children are rows of the store; only those that run are in memory. */
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
  readonly #around: MapRunSurroundings;
  #lastPending = 0;
  #lastRedriven = 0;
  #pumping = false;
  /** It is ending or has ended: nothing is started any more. */
  #isClosed = false;
  #makeRoom: (() => void) | undefined;

  constructor(
    row: MapRunRow,
    counts: ChildCounts,
    place: { execution: Execution; thread: Thread; state: MapState; map: DistributedMap; arn: string },
    around: MapRunSurroundings,
  ) {
    this.row = row;
    this.counts = counts;
    this.arn = place.arn;
    this.execution = place.execution;
    this.thread = place.thread;
    this.state = place.state;
    this.map = place.map;
    this.plan = JSON.parse(row.plan) as Plan;
    this.#around = around;
  }

  /** Goes on: reads what is not read, starts what may start, ends when there is nothing left. */
  go(): void {
    if (!this.row.readDone) this.#read().catch(this.#around.services.fatal);
    this.pump();
    this.check();
  }

  save(): void {
    const row = { ...this.row };
    this.#around.services.commits.write(() => this.#around.store.save(row));
  }

  update(limits: Partial<Limits>): void {
    Object.assign(this.row, limits);
    this.save();
    this.pump();
    this.check();
  }

  /** Stops everything in it, because what it belongs to was stopped. */
  abort(): void {
    if (this.row.status !== 'RUNNING') return;
    this.#close();
    this.#end('ABORTED');
  }

  childEnded(child: Execution): void {
    if (!this.running.delete(child.id)) return;
    this.counts.move('RUNNING', child.status, child.origin.items);
    if (this.#isClosed) return;
    this.#makeRoom?.();
    this.check();
    this.pump();
  }

  /** Starts children while there is room for them. */
  pump(): void {
    if (this.#pumping || this.#isClosed) return;
    if (this.#room() <= 0) return;
    this.#pumping = true;
    // Their rows have to be in the store before they can be read from it.
    this.#around.services.commits.afterCommit(() => {
      this.#pumping = false;
      if (this.#isClosed) return;
      this.#startSome(this.#room());
      this.pump();
    });
  }

  /** How many children may start now. */
  #room(): number {
    const { pendingRedrive, pending } = this.counts.executions;
    return Math.min((this.row.maxConcurrency || MOST_AT_ONCE) - this.running.size, pendingRedrive + pending, CHUNK);
  }

  #startSome(room: number): void {
    const { store } = this.#around;
    const { executions } = this.counts;
    if (room <= 0) return;
    let left = room;
    if (executions.pendingRedrive > 0) {
      for (const row of store.children(this.row.id, 'PENDING_REDRIVE', this.#lastRedriven, left)) {
        this.#lastRedriven = row.id;
        left--;
        const place = { label: this.map.label, block: this.state.processor.key };
        const child = loadExecution(row, this.execution.machine, this.#around.arns, place);
        this.#start(child, 'PENDING_REDRIVE');
        redrive(this.#around.interpreter, child);
        if (this.#isClosed) return;
      }
    }
    if (left <= 0 || executions.pending === 0) return;
    for (const row of store.pending(this.row.id, this.#lastPending, left)) {
      this.#lastPending = row.id;
      const child = this.#newChild(row);
      this.#start(child, 'PENDING');
      this.#around.interpreter.begin(child);
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
      arn: executionArn(this.#around.arns, { id, name, type, machine: machine.name }, this.map.label),
      machine,
      type,
      origin: { mapRun: this.row.id, item, items },
      input: new Payload(input),
      block: this.state.processor.key,
      started: this.#around.services.clock.now(),
    });
    child.isNew = false;
    return child;
  }

  /** Ends the Map Run when it is over its tolerance, or when nothing is left. */
  check(): void {
    if (this.#isClosed) return;
    if (this.#isOverTolerance()) {
      this.#fail(OVER_TOLERANCE);
      return;
    }
    const { pending, pendingRedrive } = this.counts.executions;
    if (this.row.readDone && this.running.size === 0 && pending + pendingRedrive === 0) {
      this.#isClosed = true;
      this.#finish().catch(this.#around.services.fatal);
    }
  }

  #isOverTolerance(): boolean {
    const { toleratedCount, toleratedPercentage, readDone } = this.row;
    const { failures, total } = this.counts;
    if (failures === 0) return false;
    const most = toleratedCount ?? (toleratedPercentage === undefined ? 0 : Number.POSITIVE_INFINITY);
    if (failures > most) return true;
    // A share of the whole is known when the whole is.
    return toleratedPercentage !== undefined && readDone && (failures / total) * 100 > toleratedPercentage;
  }

  #fail(failure: Failure): void {
    this.#close();
    this.#finish(failure).catch(this.#around.services.fatal);
  }

  /** Stops the children that run. */
  #close(): void {
    this.#isClosed = true;
    this.#makeRoom?.();
    const cause = `The map run execution [${this.arn}] which was managing this resource was aborted`;
    for (const child of [...this.running.values()]) {
      endExecution(this.#around.interpreter, child, 'ABORTED', { cause }, 0);
    }
  }

  async #finish(failure?: Failure): Promise<void> {
    const { services, results, store } = this.#around;
    await services.commits.committed();
    let output: Payload | undefined;
    let problem = failure;
    try {
      if (this.plan.writer) {
        const { bucket, prefix } = this.plan.writer;
        const { id: run, uuid, redrives: round } = this.row;
        const { roleArn } = this.execution.machine;
        const whose = { run, uuid, mapRunArn: this.arn, label: this.map.label, round, bucket, prefix, roleArn };
        const { key, written } = await results.write(whose);
        this.row.resultsWritten += written;
        output = Payload.of({ MapRunArn: this.arn, ResultWriterDetails: { Bucket: bucket, Key: key } });
      } else if (problem === undefined) {
        output = store.outputs(this.row.id, this.state.name);
      }
    } catch (error) {
      if (!(error instanceof StateFailed)) throw error;
      problem ??= error.failure;
    }
    // It may have been stopped meanwhile.
    if (this.row.status !== 'RUNNING') return;
    this.#end(problem ? 'FAILED' : 'SUCCEEDED', problem);
    if (problem) notifyFailed(this, this.#around.interpreter, problem);
    else if (output) notifySucceeded(this, this.#around.interpreter, output);
  }

  #end(status: MapRunRow['status'], failure: Failure = {}): void {
    this.row.status = status;
    this.row.stopped = this.#around.services.clock.now();
    this.row.error = failure.error;
    this.row.cause = failure.cause;
    this.save();
    this.#around.ended(this);
  }

  /** Reads the items into rows of children, from where the last commit left off. */
  async #read(): Promise<void> {
    try {
      await retrying(
        () => this.#readOn(),
        (error) => error instanceof TransientError && !this.#isClosed,
      );
    } catch (error) {
      if (!this.#isClosed) this.#fail(this.#failureOf(error));
    }
  }

  async #readOn(): Promise<void> {
    const batches = new Batches(this.plan.batch, this.state.name);
    const { readItems: known } = this.row;
    const last = this.plan.maxItems ?? Number.POSITIVE_INFINITY;
    let index = 0;
    let ready: ChildInput[] = [];
    for await (const items of this.#items()) {
      for (const item of items) {
        if (index >= last) break;
        if (index >= known) ready.push(...batches.add(index, await this.#select(index, item)));
        index++;
        if (ready.length < CHUNK) continue;
        await this.#add(ready, false);
        ready = [];
        if (this.#isClosed) return;
      }
      if (index >= last) break;
    }
    await this.#add([...ready, ...batches.flush()], true);
  }

  #failureOf(error: unknown): Failure {
    if (error instanceof StateFailed) return error.failure;
    if (error instanceof TransientError) return { error: 'States.ItemReaderFailed', cause: error.message };
    if (!(error instanceof EvaluationError)) throw error;
    const place = `the state '${this.state.name}' (entered at the event id #${this.thread.entered})`;
    return {
      error: 'States.QueryEvaluationError',
      cause: `An error occurred while executing ${place}. ${error.message}`,
    };
  }

  async *#items(): AsyncGenerator<Json[]> {
    const { reader } = this.map;
    const { interpreter, http } = this.#around;
    if (reader && this.plan.file) yield* readItems(http, reader, this.plan.file, this.execution.machine.roleArn);
    else yield (await itemsOf(interpreter, this.execution, this.thread, this.state)).map(({ value }) => value);
  }

  /** The text of an item's input: the item itself, or what ItemSelector makes of it. */
  async #select(index: number, item: Json): Promise<string> {
    const { itemSelector } = this.state;
    if (itemSelector === undefined) return JSON.stringify(item);
    if (itemSelector.constant) return itemSelector.constant.text;
    const { file } = this.plan;
    const source = file ? `S3://${file.bucket}/${file.key}` : 'STATE_DATA';
    const extras = { item: { index, value: new Payload('', item), source } };
    return JSON.stringify(await itemSelector.evaluate(bindingsOf(this.execution, this.thread, extras)));
  }

  async #add(inputs: readonly ChildInput[], isLast: boolean): Promise<void> {
    const { services, executions, newChildren } = this.#around;
    const { machine } = this.execution;
    const run = { id: this.row.id, machine: machine.name, revision: machine.revision, type: this.map.childType };
    const children = newChildren(inputs);
    services.commits.write(() => {
      for (const child of children) executions.addPending(child, run);
    });
    for (const { items } of inputs) this.counts.add('PENDING', 1, items);
    const end = inputs.at(-1);
    if (end) this.row.readItems = end.item + end.items;
    this.row.readDone = isLast;
    this.save();
    await services.commits.committed();
    this.pump();
    if (isLast) {
      this.check();
      return;
    }
    if (this.counts.executions.pending > READ_AHEAD) {
      await new Promise<void>((resolve) => {
        this.#makeRoom = resolve;
      });
    }
    await nextTurn();
  }
}
