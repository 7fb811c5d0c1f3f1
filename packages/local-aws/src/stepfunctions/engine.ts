import type { DatabaseSync } from 'node:sqlite';
import { AWS_LIMITS, type Maxima, type Paces } from '../limits/limits.ts';
import { Arns } from './arns.ts';
import type { InterpreterDeps } from './execution/deps.ts';
import type { Execution } from './execution/execution.ts';
import { Interpreter } from './execution/interpreter.ts';
import { loadExecution } from './execution/load.ts';
import { Pace } from './execution/pace.ts';
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
import { Pruning } from './state/pruning.ts';
import { type Usage, usageOf } from './state/usage.ts';
import { StatusEvents, statusDetail } from './status-events.ts';
import { AwsTasks } from './tasks/aws-tasks.ts';
import { AwsHttp, type CallJson } from './tasks/http.ts';
import { type EngineClock, systemClock, Timers } from './timers.ts';
import { Tokens } from './tokens.ts';

export interface EngineOptions {
  /** Folder of the database, which holds the whole state of the engine. */
  dataDir: string;
  /** The AWS endpoint for tasks, readers and writers. It may change between starts. */
  awsEndpoint: string;
  /** Calls the same endpoint without an HTTP connection. */
  callJson?: CallJson;
  /** Why a role may not start or redrive the children of a Map Run; undefined if it may. */
  refusal?(roleArn: string, action: string, resource: string): Promise<string | undefined>;
  region: string;
  accountId: string;
  clock?: EngineClock;
  /** Returns a number in [0, 1), for jitter and $random. */
  random?: () => number;
  /** The executions whose status changes are sent to EventBridge; AWS sends those of all. */
  events?: 'all' | 'parents' | 'none';
  fatal?: (error: unknown) => void;
  /** The largest sizes; those of AWS by default. */
  max?: Maxima;
  /** The rates to which executions are held; those of AWS by default. */
  paces?: Paces;
  /** How many histories of the succeeded children of each Map Run are kept, at least; 1,000 by default. */
  keptHistories?: number;
  /** How many of the newest executions of each machine are kept, at least; 1,000 by default. */
  keptExecutions?: number;
}

/** A page of the list of executions has as many. */
const KEPT_HISTORIES = 1_000;
const KEPT_EXECUTIONS = 1_000;

/**
 * Step Functions. `protocol/` reads and answers calls, `operations/` has a function for each operation, `state/` keeps everything
 * in SQLite. Beside them: `asl/` compiles definitions, `jsonata/` evaluates expressions, `execution/` runs executions,
 * `state-types/` has the work of each type of state, `map-run/` runs distributed Maps, `tasks/` makes the calls of tasks.
 *
 * The constructor continues the executions that the last process left running.
 */
export class Engine {
  readonly arns: Arns;
  readonly clock: EngineClock;
  readonly max: Maxima;
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
  readonly #pruning: Pruning;
  readonly #events: StatusEvents;
  readonly #eventsOf: 'all' | 'parents' | 'none';
  readonly #ended = new Map<number, (() => void)[]>();
  #lastId: number;
  #isClosed = false;

  constructor(options: EngineOptions) {
    const { dataDir, region } = options;
    const random = options.random ?? Math.random;
    this.clock = options.clock ?? systemClock;
    this.max = options.max ?? AWS_LIMITS.max;
    this.db = openDatabase(dataDir);
    const secret = readSecret(this.db);
    const names = secret.toString('hex');
    this.arns = new Arns(region, options.accountId);
    this.commits = new Commits(this.db);
    this.executions = new ExecutionStore(this.db);
    this.mapRunStore = new MapRunStore(this.db);
    this.machines = new Machines(new MachineStore(this.db), this.arns, this.clock, random);
    this.tokens = new Tokens(secret);
    const kept = options.keptExecutions ?? KEPT_EXECUTIONS;
    this.#pruning = new Pruning({ db: this.db, commits: this.commits, now: () => this.clock.now(), kept });
    this.#timers = new Timers(this.clock);
    this.#http = new AwsHttp(options.awsEndpoint, region, options.callJson);
    this.#events = new StatusEvents(this.#http);
    this.#eventsOf = options.events ?? 'all';
    this.#lastId = this.executions.lastId();
    // The interpreter and the Map Runs need each other, so the Map Runs are looked up when they are used.
    const mapRuns = () => this.mapRuns;
    const paces = options.paces ?? AWS_LIMITS.paces;
    const transitions = paces['states.transitions'];
    const deps: InterpreterDeps = {
      clock: this.clock,
      max: this.max,
      paces,
      transitions: transitions && new Pace(transitions, this.clock, this.#timers),
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
      ...(options.refusal && { refusal: options.refusal }),
      isDeleting: (machine) => this.machines.isDeleting(machine),
      statusChanged: (execution) => this.#statusChanged(execution),
      fatal: (error) => {
        // Work in progress fails when the database is closed. The next start repeats it.
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
      keptHistories: options.keptHistories ?? KEPT_HISTORIES,
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

  /** Loads an execution from the store. */
  load(row: ExecutionRow): Execution {
    const machine = this.machines.at(row.machine, row.revision);
    const run = row.mapRun > 0 ? this.mapRunStore.get(row.mapRun) : undefined;
    const from = { arns: this.arns, store: this.executions };
    return loadExecution(row, machine, from, run && (JSON.parse(run.plan) as Plan));
  }

  /** Resolves when the execution ends. */
  ended(execution: Execution): Promise<void> {
    if (execution.status !== 'RUNNING') return Promise.resolve();
    return new Promise((resolve) => {
      this.#ended.set(execution.id, [...(this.#ended.get(execution.id) ?? []), resolve]);
    });
  }

  /** The usage of all executions, or of those with one name and their children. */
  async usage(name?: string): Promise<Usage> {
    await this.commits.committed();
    return usageOf(this.db, name);
  }

  /** Stops the engine. The next start continues from the last commit. */
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
    const isSent = this.#eventsOf === 'all' || (this.#eventsOf === 'parents' && !execution.isChild);
    if (isSent && execution.type === 'STANDARD') {
      const detail = statusDetail(execution);
      this.commits.afterCommit(() => this.#events.add(detail));
    }
    if (execution.status === 'RUNNING') return;
    const waiting = this.#ended.get(execution.id);
    this.#ended.delete(execution.id);
    for (const resolve of waiting ?? []) resolve();
    if (this.machines.isDeleting(execution.machine.name)) this.removeWhenIdle(execution.machine.name);
    else if (!execution.isChild) this.#pruning.prune(execution.machine.name);
  }

  /** Removes a machine that is being deleted, once its last execution has ended. */
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
