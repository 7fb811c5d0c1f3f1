import type { DistributedMap, MapState } from '../asl/types.ts';
import type { Execution } from './execution.ts';
import type { Thread } from './thread.ts';

/** What the interpreter needs of the Map Runs. */
export interface MapRuns {
  /** Starts a Map Run for a thread that stands in a distributed Map, and answers its id. */
  start(execution: Execution, thread: Thread, state: MapState, map: DistributedMap): Promise<void>;
  /** Goes on with a Map Run whose execution was redriven. */
  redrive(run: number, execution: Execution, thread: Thread): void;
  /** Stops a Map Run with everything that runs in it. */
  abort(run: number): void;
  /** A child execution has ended. */
  childEnded(child: Execution): void;
}
