import type { EngineClock } from '../clock.ts';
import type { Commits } from '../state/commits.ts';
import type { ExecutionStore } from '../state/executions.ts';
import type { TaskCaller } from '../tasks/caller.ts';
import type { Timers } from '../timers.ts';
import type { Tokens } from '../tokens.ts';
import type { Execution } from './execution.ts';
import type { MapRuns } from './map-runs.ts';

/** What the interpreter needs. */
export interface InterpreterDeps {
  readonly clock: EngineClock;
  readonly timers: Timers;
  /** Returns a number in [0, 1). */
  readonly random: () => number;
  readonly commits: Commits;
  readonly store: ExecutionStore;
  readonly tokens: Tokens;
  readonly tasks: TaskCaller;
  readonly mapRuns: MapRuns;
  readonly region: string;
  isDeleting(machine: string): boolean;
  /** Called when an execution starts or ends. */
  statusChanged(execution: Execution): void;
  /** Receives an error that is not the failure of an execution. */
  fatal(error: unknown): void;
}
