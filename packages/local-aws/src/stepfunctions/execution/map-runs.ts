import type { DistributedMap, MapState } from '../asl/types.ts';
import type { Execution } from './execution.ts';
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
