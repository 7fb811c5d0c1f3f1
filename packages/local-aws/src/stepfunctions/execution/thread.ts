import type { JsonObject } from '../../json.ts';
import { Payload } from '../payload.ts';
import type { Timer } from '../timers.ts';

/** The answer to a task token. */
export type Answer = { output: string } | { error?: string; cause?: string };

export interface TaskWork {
  kind: 'task';
  /** Id of this attempt in the execution. The token contains it, so that tokens of earlier attempts are refused. */
  attempt: number;
  /** `calling`: the call is in progress. `submitted`: the call is done and the task waits for its token. */
  stage: 'calling' | 'submitted';
  /** The arguments of the call, while it is in progress. A snapshot omits them if the history has them. */
  args?: Payload;
  timeoutAt?: number;
  heartbeatSeconds?: number;
  heartbeatAt?: number;
  /** An answer to the token that arrived before the response to the call. */
  early?: Answer;
}

export interface ParallelWork {
  kind: 'parallel';
  threads: number[];
  results: (Payload | null)[];
}

export interface MapWork {
  kind: 'map';
  items: Payload[];
  /** The number of started iterations. */
  next: number;
  running: number;
  limit: number;
  threads: number[];
  results: (Payload | null)[];
  /** The event that the exit of the state links to. */
  lastEvent: number;
}

/** The work of a thread. Snapshots contain it, so each kind has what is needed to continue after a crash. */
export type Work =
  /** The state will be entered. */
  | { kind: 'ready' }
  /** The state was entered and is evaluated. This has no side effects, so it is repeated after a crash. */
  | { kind: 'entered' }
  | { kind: 'waiting'; until: number }
  | { kind: 'backoff'; until: number }
  | TaskWork
  | ParallelWork
  | MapWork
  /** The state waits for a Map Run. `started` and `link` are the events that a redrive and the exit link to. */
  | { kind: 'mapRun'; run: number; started: number; link: number }
  /** The execution ended during the work `was`. A redrive continues with it. */
  | { kind: 'stopped'; was: Work };

/** JSON.stringify omits symbols, so snapshots do not contain the timer. */
export const TIMER = Symbol('timer');

/** A thread runs the states of one block: of the execution itself, of a branch or of an iteration. */
export interface Thread {
  readonly id: number;
  /** 0 for the thread of the execution itself. */
  readonly parent: number;
  /** Index of the branch or iteration. */
  readonly index: number;
  readonly block: string;
  state: string;
  input: Payload;
  /** The variables of this scope. Expressions also read those of the threads above. */
  vars: Record<string, Payload>;
  /** Ids of the event before the state's entry, of the entry, and of the last event. */
  before: number;
  entered: number;
  last: number;
  enteredAt: number;
  /** The numbers of retries, by retrier and in total. */
  tries: number[];
  retries: number;
  /** The item of an inline iteration. */
  item?: { index: number; value: Payload };
  work: Work;
  [TIMER]?: Timer;
}

/**
 * A thread as it is written to a snapshot. The input of the state and the arguments of its call are omitted, because the history
 * has them: they are the largest part, and a snapshot is written with each commit.
 */
export function slimThread(thread: Thread): object {
  const { work } = thread;
  const { kind } = work.kind === 'stopped' ? work.was : work;
  const slimWork = work.kind === 'task' ? { ...work, args: undefined } : work;
  // Before the entry no event has the input.
  return { ...thread, input: kind === 'ready' ? thread.input : undefined, work: slimWork };
}

const revived = (text: unknown): Payload => new Payload(String(text));
const revivedOrNull = (text: unknown): Payload | null => (text === null ? null : revived(text));

function reviveWork(raw: JsonObject): Work {
  const work = raw as unknown as Work;
  switch (work.kind) {
    case 'task':
      return work.args === undefined ? work : { ...work, args: revived(work.args) };
    case 'parallel':
      return { ...work, results: work.results.map(revivedOrNull) };
    case 'map':
      return { ...work, items: work.items.map(revived), results: work.results.map(revivedOrNull) };
    case 'stopped':
      return { kind: 'stopped', was: reviveWork(work.was as unknown as JsonObject) };
    default:
      return work;
  }
}

/** Reads a member of the details of an event. */
export type Recall = (event: number, member: 'input' | 'parameters') => string;

/** Restores the threads of a snapshot. */
export function reviveThreads(snapshot: string, recall: Recall): Thread[] {
  return (JSON.parse(snapshot) as Thread[]).map((thread) => {
    const work = reviveWork(thread.work as unknown as JsonObject);
    if (work.kind === 'task' && work.stage === 'calling' && work.args === undefined) {
      // The last event is TaskStarted; the event before it is TaskScheduled.
      work.args = new Payload(recall(thread.last - 1, 'parameters'));
    }
    return {
      ...thread,
      input: thread.input === undefined ? new Payload(recall(thread.entered, 'input')) : revived(thread.input),
      vars: Object.fromEntries(Object.entries(thread.vars).map(([name, value]) => [name, revived(value)])),
      ...(thread.item && { item: { index: thread.item.index, value: revived(thread.item.value) } }),
      work,
    };
  });
}
