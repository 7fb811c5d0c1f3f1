import type { JsonObject } from '../../json.ts';
import { Payload } from '../payload.ts';
import type { Timer } from '../timers.ts';

/** How a task that waits for its token was answered. */
export type Answer = { output: string } | { error?: string; cause?: string };

export interface TaskWork {
  kind: 'task';
  /** Number of this attempt within the execution: its token carries it, so that a retried one is told apart. */
  attempt: number;
  /** `calling`: the call's answer is not known. `submitted`: the message is out, the token is awaited. */
  stage: 'calling' | 'submitted';
  /** What the call is made with; only while calling. In a snapshot only where there is no history to find it in. */
  args?: Payload;
  timeoutAt?: number;
  heartbeatSeconds?: number;
  heartbeatAt?: number;
  /** An answer to the token that came before the call's own. */
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
  /** Iterations started so far. */
  next: number;
  running: number;
  limit: number;
  threads: number[];
  results: (Payload | null)[];
  /** The event that the exit of the state links to. */
  lastEvent: number;
}

/** What a thread is about. A snapshot holds exactly this, so each kind says how to go on after a crash. */
export type Work =
  /** The state is to be entered. */
  | { kind: 'ready' }
  /** The state was entered and is being evaluated: that has no effect outside and is done again. */
  | { kind: 'entered' }
  | { kind: 'waiting'; until: number }
  | { kind: 'backoff'; until: number }
  | TaskWork
  | ParallelWork
  | MapWork
  /** In a Map Run. `started` and `link` are the events that a redrive and the exit link to. */
  | { kind: 'mapRun'; run: number; started: number; link: number }
  /** The execution ended while the thread was here; a redrive goes on from `was`. */
  | { kind: 'stopped'; was: Work };

/** Symbols are left out of snapshots. */
export const TIMER = Symbol('timer');

/** One line of control through a block of states: the execution itself, a parallel branch or an iteration. */
export interface Thread {
  readonly id: number;
  /** 0 for the execution's own. */
  readonly parent: number;
  /** Of the branch or iteration. */
  readonly index: number;
  readonly block: string;
  state: string;
  input: Payload;
  /** Variables of this scope; those of the threads above are read too. */
  vars: Record<string, Payload>;
  /** The event before the state's entry, the entry itself, and the last event so far. */
  before: number;
  entered: number;
  last: number;
  enteredAt: number;
  /** Retries so far, per retrier and in all. */
  tries: number[];
  retries: number;
  /** In an inline iteration. */
  item?: { index: number; value: Payload };
  work: Work;
  [TIMER]?: Timer;
}

/**
 * What a snapshot holds of a thread. The input of the state and the arguments of its call are in the history too, and are
 * left out where there is one: they are most of it, and a snapshot is written with each commit.
 */
export function slimThread(thread: Thread): object {
  const { work } = thread;
  const { kind } = work.kind === 'stopped' ? work.was : work;
  const slimWork = work.kind === 'task' ? { ...work, args: undefined } : work;
  // Before its entry an input is in no event yet.
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

/** Finds a text of the history: a member of the details of an event. */
export type Recall = (event: number, member: 'input' | 'parameters') => string;

/** Reads the threads of a snapshot that `JSON.stringify` made of them. */
export function reviveThreads(snapshot: string, recall: Recall): Thread[] {
  return (JSON.parse(snapshot) as Thread[]).map((thread) => {
    const work = reviveWork(thread.work as unknown as JsonObject);
    if (work.kind === 'task' && work.stage === 'calling' && work.args === undefined) {
      // TaskScheduled is the event before TaskStarted, which was the last one.
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
