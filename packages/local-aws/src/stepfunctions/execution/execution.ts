import type { JsonObject } from '../../json.ts';
import type { MachineType } from '../asl/types.ts';
import type { Payload } from '../payload.ts';
import type { Timer } from '../timers.ts';
import type { Machine } from './machine.ts';
import { slimThread, type Thread } from './thread.ts';

export type ExecutionStatus =
  | 'PENDING'
  | 'RUNNING'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'TIMED_OUT'
  | 'ABORTED'
  | 'PENDING_REDRIVE';

/** An event as it is stored. Its id follows from its position. */
export type StoredEvent = [type: string, time: number, previous: number, details?: JsonObject];

/** The position of a child in its Map Run. */
export interface Origin {
  /** 0 if the execution is not a child. */
  readonly mapRun: number;
  /** Index of the first item, counted from 0. */
  readonly item: number;
  /** The number of items, which is more than one in a batch. */
  readonly items: number;
}

/** A running execution, with its threads and the events that are not yet committed. */
export class Execution {
  readonly id: number;
  readonly name: string;
  readonly arn: string;
  readonly machine: Machine;
  readonly type: MachineType;
  readonly origin: Origin;
  readonly input: Payload;
  /** The block it starts in: the definition's root, or the ItemProcessor. */
  readonly block: string;
  status: ExecutionStatus = 'RUNNING';
  output: Payload | undefined;
  error: string | undefined;
  cause: string | undefined;
  started: number;
  stopped: number | undefined;
  redrives = 0;
  redriven: number | undefined;
  /** The redrive of the Map Run in which the child last started. Results are grouped by it. */
  round = 0;
  readonly threads = new Map<number, Thread>();
  /** The number of events, which is the id of the last one. */
  events = 0;
  /** The last id of a thread or a task attempt. */
  made = 0;
  /** Entered states and retries: the transitions that AWS bills for a Standard execution. */
  transitions = 0;
  /** Events that are not yet committed. */
  fresh: StoredEvent[] = [];
  /** Whether the next commit writes the row. */
  dirty = false;
  /** Whether the store does not have the row yet. */
  isNew = true;
  timeout: Timer | undefined;

  constructor(
    init: Pick<Execution, 'id' | 'name' | 'arn' | 'machine' | 'type' | 'origin' | 'input' | 'block' | 'started'>,
  ) {
    this.id = init.id;
    this.name = init.name;
    this.arn = init.arn;
    this.machine = init.machine;
    this.type = init.type;
    this.origin = init.origin;
    this.input = init.input;
    this.block = init.block;
    this.started = init.started;
  }

  get isChild(): boolean {
    return this.origin.mapRun > 0;
  }

  thread(id: number): Thread {
    const thread = this.threads.get(id);
    if (thread === undefined) throw new Error(`The execution ${this.arn} has no thread ${id}`);
    return thread;
  }

  /** The snapshot from which a restart or a redrive continues. */
  snapshot(): string {
    const threads = [...this.threads.values()];
    return JSON.stringify(this.type === 'STANDARD' ? threads.map(slimThread) : threads);
  }
}
