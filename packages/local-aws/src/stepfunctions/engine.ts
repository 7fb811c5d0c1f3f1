import type { DatabaseSync } from 'node:sqlite';
import { Arns } from './arns.ts';
import { type EngineClock, systemClock } from './clock.ts';
import type { InterpreterDeps } from './execution/deps.ts';
import type { Execution } from './execution/execution.ts';
import { Interpreter } from './execution/interpreter.ts';
import { loadExecution } from './execution/load.ts';
import { recover } from './execution/resume.ts';
import { Machines } from './machines.ts';
import { childName, MapRunManager } from './map-run/manager.ts';
import type { Plan } from './map-run/plan.ts';
import { ResultWriter } from './map-run/results.ts';
import { Commits } from './state/commits.ts';
import { openDatabase, readSecret } from './state/database.ts';
import { type ExecutionRow, ExecutionStore } from './state/executions.ts';
import { MachineStore } from './state/machines.ts';
import { MapRunStore } from './state/map-runs.ts';
import { type Usage, usageOf } from './state/usage.ts';
import { StatusEvents, statusDetail } from './status-events.ts';
import { AwsHttp, type CallJson } from './tasks/http.ts';
import { AwsTasks } from './tasks/index.ts';
import { Timers } from './timers.ts';
import { Tokens } from './tokens.ts';

export interface EngineOptions {
  /** Where the database is; everything of the engine is in it. */
  dataDir: string;
  /** Where tasks, readers and writers find AWS. It may be another one after a restart. */
  awsEndpoint: string;
  /** A way to the same endpoint that needs no connection. */
  callJson?: CallJson;
  region: string;
  accountId: string;
  clock?: EngineClock;
  /** A number of [0, 1): for jitter and $random. */
  random?: () => number;
  /** Of which executions status changes are told to EventBridge; all of them on AWS. */
  events?: 'all' | 'parents' | 'none';
  fatal?: (error: unknown) => void;
}

/** The engine: everything it is made of, put together, and taken up where the last process left it. */
export class Engine {
  readonly arns: Arns;
  readonly clock: EngineClock;
  readonly commits: Commits;
  readonly executions: ExecutionStore;
  readonly mapRunStore: MapRunStore;
  readonly machines: Machines;
  readonly tokens: Tokens;
  readonly interpreter: Interpreter;
  readonly mapRuns: MapRunManager;
  readonly db: DatabaseSync;
  readonly #timers: Timers;
  readonly #http: AwsHttp;
  readonly #events: StatusEvents;
  readonly #eventsOf: 'all' | 'parents' | 'none';
  readonly #ended = new Map<number, (() => void)[]>();
  #lastId: number;
  #isClosed = false;

  constructor(options: EngineOptions) {
    const { dataDir, region } = options;
    const random = options.random ?? Math.random;
    this.clock = options.clock ?? systemClock;
    this.db = openDatabase(dataDir);
    const secret = readSecret(this.db);
    const names = secret.toString('hex');
    this.arns = new Arns(region, options.accountId);
    this.commits = new Commits(this.db);
    this.executions = new ExecutionStore(this.db);
    this.mapRunStore = new MapRunStore(this.db);
    this.machines = new Machines(new MachineStore(this.db), this.arns, this.clock, random);
    this.tokens = new Tokens(secret);
    this.#timers = new Timers(this.clock);
    this.#http = new AwsHttp(options.awsEndpoint, region, options.callJson);
    this.#events = new StatusEvents(this.#http);
    this.#eventsOf = options.events ?? 'all';
    this.#lastId = this.executions.lastId();
    // The interpreter and the Map Runs need each other: the one made later is asked for when it is needed.
    const mapRuns = () => this.mapRuns;
    const deps: InterpreterDeps = {
      clock: this.clock,
      timers: this.#timers,
      random,
      commits: this.commits,
      store: this.executions,
      tokens: this.tokens,
      tasks: new AwsTasks(this.#http),
      get mapRuns() {
        return mapRuns();
      },
      region,
      isDeleting: (machine) => this.machines.isDeleting(machine),
      statusChanged: (execution) => this.#statusChanged(execution),
      fatal: (error) => {
        // What was under way when it was closed finds no database: the next start does it again.
        if (!this.#isClosed) (options.fatal ?? rethrow)(error);
      },
    };
    this.interpreter = new Interpreter(deps);
    this.mapRuns = new MapRunManager({
      interpreter: this.interpreter,
      store: this.mapRunStore,
      executions: this.executions,
      http: this.#http,
      arns: this.arns,
      results: new ResultWriter(this.#http, this.mapRunStore, this.arns, dataDir),
      newChildren: (inputs) =>
        inputs.map(({ item, items, text }) => {
          const id = this.nextId();
          return { id, name: childName(names, id), item, items, input: text };
        }),
    });
    this.#recover();
  }

  nextId(): number {
    return ++this.#lastId;
  }

  /** An execution of the store in memory, as its last commit left it. */
  load(row: ExecutionRow): Execution {
    const machine = this.machines.at(row.machine, row.revision);
    const run = row.mapRun > 0 ? this.mapRunStore.get(row.mapRun) : undefined;
    const from = { arns: this.arns, store: this.executions };
    return loadExecution(row, machine, from, run && (JSON.parse(run.plan) as Plan));
  }

  /** Resolves when an execution has ended. */
  ended(execution: Execution): Promise<void> {
    if (execution.status !== 'RUNNING') return Promise.resolve();
    return new Promise((resolve) => {
      this.#ended.set(execution.id, [...(this.#ended.get(execution.id) ?? []), resolve]);
    });
  }

  /** What was used by all executions, or by those of one name with their children. */
  async usage(name?: string): Promise<Usage> {
    await this.commits.committed();
    return usageOf(this.db, name);
  }

  /** Stops with what is committed; the next start goes on from there. */
  close(): void {
    this.#isClosed = true;
    this.#timers.close();
    this.#events.close();
    this.commits.close();
    this.interpreter.live.clear();
    this.#http.close();
    this.db.close();
  }

  #recover(): void {
    const executions = new Map(this.executions.running().map((row) => [row.id, this.load(row)]));
    const runs = this.mapRuns.recover(executions);
    for (const execution of executions.values()) recover(this.interpreter, execution);
    for (const run of runs) run.go();
  }

  #statusChanged(execution: Execution): void {
    const isTold = this.#eventsOf === 'all' || (this.#eventsOf === 'parents' && !execution.isChild);
    if (isTold && execution.type === 'STANDARD') {
      const detail = statusDetail(execution);
      this.commits.afterCommit(() => this.#events.add(detail));
    }
    if (execution.status === 'RUNNING') return;
    const waiting = this.#ended.get(execution.id);
    this.#ended.delete(execution.id);
    for (const resolve of waiting ?? []) resolve();
    if (this.machines.isDeleting(execution.machine.name)) this.removeWhenIdle(execution.machine.name);
  }

  /** Removes a machine that is being deleted once its last execution has ended. */
  removeWhenIdle(name: string): void {
    this.commits.afterCommit(() => {
      const isBusy = [...this.interpreter.live.values()].some(({ machine }) => machine.name === name);
      if (!isBusy && this.machines.isDeleting(name)) this.machines.remove(name);
    });
  }
}

function rethrow(error: unknown): never {
  throw error;
}
