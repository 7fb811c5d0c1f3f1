import type { Maxima, Paces } from '../../limits/limits.ts';
import type { DistributedMap, MapState } from '../asl/types.ts';
import type { Commits } from '../state/commits.ts';
import type { ExecutionStore } from '../state/executions.ts';
import type { TaskCaller } from '../tasks/caller.ts';
import type { EngineClock, Timers } from '../timers.ts';
import type { Tokens } from '../tokens.ts';
import type { Execution } from './execution.ts';
import type { Pace } from './pace.ts';
import type { Thread } from './thread.ts';

/** What the interpreter needs from the Map Runs. */
export interface MapRuns {
  /** Starts a Map Run for a thread in a distributed Map. */
  start(execution: Execution, thread: Thread, state: MapState, map: DistributedMap): Promise<void>;
  /** Continues a Map Run whose execution was redriven. */
  redrive(run: number, execution: Execution, thread: Thread): void;
  /** Stops a Map Run and its children. */
  abort(run: number): void;
  /** Called when a child execution has ended. */
  childEnded(child: Execution): void;
}

/** What the interpreter needs. */
export interface InterpreterDeps {
  readonly clock: EngineClock;
  readonly max: Maxima;
  /** The rates at which Map Runs start children. */
  readonly paces: Paces;
  /** The rate of the transitions of Standard executions; undefined is no limit. */
  readonly transitions: Pace | undefined;
  readonly timers: Timers;
  /** Returns a number in [0, 1). */
  readonly random: () => number;
  readonly commits: Commits;
  readonly store: ExecutionStore;
  readonly tokens: Tokens;
  readonly tasks: TaskCaller;
  readonly mapRuns: MapRuns;
  readonly region: string;
  /** Why a role may not do something on its own executions, in AWS's words; undefined if it may. */
  refusal?(roleArn: string, action: string, resource: string): Promise<string | undefined>;
  isDeleting(machine: string): boolean;
  /** Called when an execution starts or ends. */
  statusChanged(execution: Execution): void;
  /** Receives an error that is not the failure of an execution. */
  fatal(error: unknown): void;
}
