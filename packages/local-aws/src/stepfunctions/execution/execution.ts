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

/** One event as it is stored: type, time, previous id, details. Its id follows from its place. */
export type StoredEvent = [type: string, time: number, previous: number, details?: JsonObject];

/** Places of a child in its Map Run; an execution of its own has run 0. */
export interface Origin {
  readonly mapRun: number;
  /** Index of the first item, counted from 0. */
  readonly item: number;
  /** How many items: more than one in a batch. */
  readonly items: number;
}

/** An execution while it runs: the threads and the events that are not yet committed. */
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
  /** Of the Map Run, when the child last started: results are told apart by it. */
  round = 0;
  readonly threads = new Map<number, Thread>();
  /** Events so far; the next one's id is one more. */
  events = 0;
  /** Threads and task attempts ever made. */
  made = 0;
  /** States entered and tries after the first: what AWS bills of a Standard execution. */
  transitions = 0;
  /** Not yet committed. */
  fresh: StoredEvent[] = [];
  /** Whether the row is to be written with the next commit. */
  dirty = false;
  /** Whether the row is not in the store yet. */
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

  /** The snapshot that a restart or a redrive goes on from. */
  snapshot(): string {
    const threads = [...this.threads.values()];
    return JSON.stringify(this.type === 'STANDARD' ? threads.map(slimThread) : threads);
  }
}
