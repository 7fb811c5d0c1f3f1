import { hash, randomUUID } from 'node:crypto';
import type { Arns } from '../arns.ts';
import type { DistributedMap, MapState } from '../asl/types.ts';
import type { MapRuns } from '../execution/deps.ts';
import type { Execution } from '../execution/execution.ts';
import type { Interpreter } from '../execution/interpreter.ts';
import { stateOf } from '../execution/machine.ts';
import type { Thread } from '../execution/thread.ts';
import type { ExecutionStore, PendingChild } from '../state/executions.ts';
import type { MapRunRow, MapRunStore } from '../state/map-runs.ts';
import { itemsOf } from '../state-types/map.ts';
import type { AwsHttp } from '../tasks/http.ts';
import type { ChildInput } from './batches.ts';
import { ChildCounts } from './counts.ts';
import { evaluatePlan } from './plan.ts';
import type { ResultWriter } from './results.ts';
import { MapRun } from './run.ts';

/** What a Map Run needs. */
export interface MapRunDeps {
  readonly interpreter: Interpreter;
  readonly store: MapRunStore;
  readonly executions: ExecutionStore;
  readonly http: AwsHttp;
  readonly arns: Arns;
  readonly results: ResultWriter;
  /** How many histories of the succeeded children of a Map Run are kept, at least. */
  readonly keptHistories: number;
  newChildren(inputs: readonly ChildInput[]): PendingChild[];
  ended(run: MapRun): void;
}

/** Starts, redrives and restores Map Runs. */
export class MapRunManager implements MapRuns {
  readonly live = new Map<number, MapRun>();
  readonly #deps: MapRunDeps;
  #lastId: number;

  constructor(deps: Omit<MapRunDeps, 'ended'>) {
    this.#deps = { ...deps, ended: (run) => this.live.delete(run.row.id) };
    this.#lastId = deps.store.lastId();
  }

  arnOf(row: Pick<MapRunRow, 'uuid'>, machine: string, label: string): string {
    return this.#deps.arns.mapRun(machine, label, row.uuid);
  }

  async start(execution: Execution, thread: Thread, state: MapState, map: DistributedMap): Promise<void> {
    const { interpreter: it } = this.#deps;
    const { plan, limits } = await evaluatePlan(it, execution, thread, state, map);
    const length = map.reader ? 0 : (await itemsOf(it, execution, thread, state)).length;
    const row: MapRunRow = {
      id: ++this.#lastId,
      uuid: randomUUID(),
      execution: execution.id,
      thread: thread.id,
      status: 'RUNNING',
      started: it.deps.clock.now(),
      stopped: undefined,
      redrives: 0,
      redriven: undefined,
      ...limits,
      readItems: 0,
      readDone: false,
      plan: JSON.stringify(plan),
      error: undefined,
      cause: undefined,
    };
    const arn = this.arnOf(row, execution.machine.name, map.label);
    const started = it.emit(execution, 'MapStateStarted', thread.last, { length });
    const link = it.emit(execution, 'MapRunStarted', started, { mapRunArn: arn });
    thread.last = link;
    thread.work = { kind: 'mapRun', run: row.id, started, link };
    const run = new MapRun(row, new ChildCounts(), { execution, thread, state, map, arn }, this.#deps);
    this.live.set(row.id, run);
    run.save();
    run.go();
  }

  redrive(id: number, execution: Execution, thread: Thread): void {
    const { interpreter: it, store } = this.#deps;
    const row = store.get(id);
    const { work } = thread;
    if (row === undefined || work.kind !== 'mapRun') throw new Error(`The Map Run ${id} does not exist`);
    const run = this.#load(row, execution, thread);
    // Without a ResultWriter the results are lost, so all children run again.
    const everything = row.error === 'States.DataLimitExceeded' && run.plan.writer === undefined;
    Object.assign(row, { status: 'RUNNING', stopped: undefined, error: undefined, cause: undefined });
    row.redrives++;
    row.redriven = it.deps.clock.now();
    const details = { mapRunArn: run.arn, redriveCount: row.redrives };
    work.link = it.emit(execution, 'MapRunRedriven', work.started, details);
    thread.last = work.link;
    run.save();
    // The redrive changes the rows in the next commit, so the counts are changed here.
    run.counts = store.counts(id);
    for (const { status, executions, items } of store.countForRedrive(id, everything)) {
      run.counts.add(status, -executions, -items);
      run.counts.add('PENDING_REDRIVE', executions, items);
    }
    it.deps.commits.write(() => store.markForRedrive(id, everything));
    this.live.set(id, run);
    run.go();
  }

  abort(id: number): void {
    this.live.get(id)?.abort();
  }

  childEnded(child: Execution): void {
    this.live.get(child.origin.mapRun)?.childEnded(child);
  }

  /** Restores the running Map Runs and their running children after a restart. `go` continues them. */
  recover(executions: ReadonlyMap<number, Execution>): MapRun[] {
    const runs: MapRun[] = [];
    for (const row of this.#deps.store.running()) {
      const execution = executions.get(row.execution);
      const thread = execution?.threads.get(row.thread);
      if (execution === undefined || thread === undefined) continue;
      const run = this.#load(row, execution, thread);
      run.counts = this.#deps.store.counts(row.id);
      for (const child of executions.values()) if (child.origin.mapRun === row.id) run.running.set(child.id, child);
      this.live.set(row.id, run);
      runs.push(run);
    }
    return runs;
  }

  #load(row: MapRunRow, execution: Execution, thread: Thread): MapRun {
    const state = stateOf(execution.machine, thread.block, thread.state);
    if (state.type !== 'Map' || state.distributed === undefined)
      throw new Error(`The Map Run ${row.uuid} has no state`);
    const { distributed: map } = state;
    const arn = this.arnOf(row, execution.machine.name, map.label);
    return new MapRun(row, new ChildCounts(), { execution, thread, state, map, arn }, this.#deps);
  }
}

/** The name of a child. It looks like a UUID and contains the id of the row, so that no index of names is needed. */
export function childName(secret: string, id: number): string {
  const hex = hash('sha256', `${secret} child ${id}`);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-a${hex.slice(15, 18)}-${id.toString(16).padStart(12, '0')}`;
}

/** The id of the row in a child's name. The caller must compare the name with that of the row. */
export const childId = (name: string): number => Number.parseInt(name.slice(-12), 16);
