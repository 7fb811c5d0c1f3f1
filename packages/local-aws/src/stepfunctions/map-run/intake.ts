import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Json } from '../../json.ts';
import { EvaluationError, type Failure, StateFailed } from '../errors.ts';
import { bindingsOf } from '../execution/context.ts';
import { Payload } from '../payload.ts';
import { itemsOf } from '../state-types/map.ts';
import { TransientError, withRetries } from '../tasks/retry.ts';
import { Batches, type ChildInput } from './batches.ts';
import type { MapRunDeps } from './manager.ts';
import { readItems } from './reader.ts';
import type { MapRun } from './run.ts';

/** How many rows of children are written at once. */
const CHUNK = 100;
/** How many children may be pending before the reader pauses. */
const READ_AHEAD = 50_000;
/** How many characters their inputs may have. */
const READ_AHEAD_LENGTH = 16 * 1024 * 1024;

/** Reads the items of a Map Run and creates the rows of its children. */
export class Intake {
  readonly #run: MapRun;
  readonly #deps: MapRunDeps;
  #makeRoom: (() => void) | undefined;
  /** Of the inputs of pending children that this run of the engine has read. */
  #pendingLength = 0;

  constructor(run: MapRun, deps: MapRunDeps) {
    this.#run = run;
    this.#deps = deps;
  }

  /** Reads the remaining items. Returns the failure, if there is one. */
  async read(): Promise<Failure | undefined> {
    try {
      await withRetries(
        () => this.#readOn(),
        (error) => error instanceof TransientError && !this.#run.isClosed,
      );
      return undefined;
    } catch (error) {
      return this.#failureOf(error);
    }
  }

  /** Continues a paused reader. Called when a child or the Map Run has ended. */
  wake(): void {
    this.#makeRoom?.();
  }

  /** Called when a child with this input has started. */
  started(input: string): void {
    this.#pendingLength = Math.max(0, this.#pendingLength - input.length);
  }

  async #readOn(): Promise<void> {
    const { plan, state, row } = this.#run;
    const batches = new Batches(plan.batch, state.name, this.#deps.interpreter.deps.max['states.dataBytes']);
    const known = row.readItems;
    const last = plan.maxItems ?? Number.POSITIVE_INFINITY;
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
      }
      if (index >= last || this.#run.isClosed) break;
    }
    await this.#add([...ready, ...batches.flush()], true);
  }

  async *#items(): AsyncGenerator<Json[]> {
    const { map, plan, execution, thread, state } = this.#run;
    const { interpreter, http } = this.#deps;
    if (map.reader && plan.file) yield* readItems(http, map.reader, plan.file, execution.machine.roleArn);
    else yield (await itemsOf(interpreter, execution, thread, state)).map(({ value }) => value);
  }

  /** The text of an item's input: the item itself, or the result of ItemSelector. */
  async #select(index: number, item: Json): Promise<string> {
    const { state, plan, execution, thread } = this.#run;
    const { itemSelector } = state;
    if (itemSelector === undefined) return JSON.stringify(item);
    if (itemSelector.constant) return itemSelector.constant.text;
    const source = plan.file ? `S3://${plan.file.bucket}/${plan.file.key}` : 'STATE_DATA';
    const extras = { item: { index, value: new Payload('', item), source } };
    return JSON.stringify(await itemSelector.evaluate(bindingsOf(execution, thread, extras)));
  }

  async #add(inputs: readonly ChildInput[], isLast: boolean): Promise<void> {
    if (this.#run.isClosed) return;
    const { interpreter, executions, newChildren } = this.#deps;
    const { row, map, counts, execution } = this.#run;
    const { name: machine, revision } = execution.machine;
    const run = { id: row.id, machine, revision, type: map.childType };
    const children = newChildren(inputs);
    interpreter.deps.commits.write(() => {
      for (const child of children) executions.addPending(child, run);
    });
    for (const { items, text } of inputs) {
      counts.add('PENDING', 1, items);
      this.#pendingLength += text.length;
    }
    const end = inputs.at(-1);
    if (end) row.readItems = end.item + end.items;
    row.readDone = isLast;
    this.#run.save();
    await interpreter.deps.commits.committed();
    this.#run.pump();
    if (isLast) {
      this.#run.check();
      return;
    }
    const { pending } = counts.executions;
    if ((pending > READ_AHEAD || this.#pendingLength > READ_AHEAD_LENGTH) && pending > 0 && !this.#run.isClosed) {
      await new Promise<void>((resolve) => {
        this.#makeRoom = resolve;
      });
    }
    await nextTurn();
  }

  #failureOf(error: unknown): Failure {
    if (error instanceof StateFailed) return error.failure;
    if (error instanceof TransientError) return { error: 'States.ItemReaderFailed', cause: error.message };
    if (!(error instanceof EvaluationError)) throw error;
    const { state, thread } = this.#run;
    const place = `the state '${state.name}' (entered at the event id #${thread.entered})`;
    const cause = `An error occurred while executing ${place}. ${error.message}`;
    return { error: 'States.QueryEvaluationError', cause };
  }
}
