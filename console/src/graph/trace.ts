import type { HistoryEvent } from '../api/types.ts';
import { parseObject } from '../format/text.ts';
import type { AslDefinition } from './definition.ts';

export type StateStatus = 'notEntered' | 'running' | 'succeeded' | 'caught' | 'failed' | 'timedOut' | 'aborted';

/** One try of a Task or one run of a Distributed Map. */
export interface Attempt {
  /** The run of the execution: 0 is the first, n is the nth redrive. */
  readonly redrive: number;
  readonly startedAt: number;
  endedAt?: number;
  status: StateStatus;
  error?: string;
  cause?: string;
  /** Of the invocation of a Lambda function, once it has answered. */
  requestId?: string;
}

/** One visit of a state, from its entry to its exit. */
export interface Visit {
  /** Id of the event that entered the state. */
  readonly id: number;
  readonly state: string;
  readonly type: string;
  readonly enteredAt: number;
  readonly parent?: Visit;
  /** Index of the iteration of the inline Map around it. */
  readonly iteration?: number;
  /** Input as JSON text. */
  readonly input?: string;
  exitedAt?: number;
  status: StateStatus;
  output?: string;
  error?: string;
  cause?: string;
  resource?: string;
  /** The name or ARN of the Lambda function that a Task calls. */
  functionName?: string;
  readonly attempts: Attempt[];
  readonly mapRuns: string[];
}

/** The data of each state, from an execution's history. */
export interface Trace {
  readonly visits: readonly Visit[];
  readonly byState: ReadonlyMap<string, readonly Visit[]>;
  /** The state that an event belongs to, by the event's id. */
  readonly stateOf: ReadonlyMap<number, string>;
  /** Transitions that were taken, as `transitionKey` writes them. */
  readonly taken: ReadonlySet<string>;
}

type Details = Readonly<Record<string, unknown>>;

const STARTS = /^(Task|LambdaFunction|Activity)Scheduled$|^MapRun(Started|Redriven)$/;
const FAILS = /(Failed|TimedOut|Aborted)$/;

/** Reads a history. Each event has the id of its previous event, and following these links tells which state it belongs to. */
export function readTrace(events: readonly HistoryEvent[], definition: AslDefinition | undefined): Trace {
  const reader = new Reader(definition);
  for (const event of events) reader.read(event);
  return reader.trace();
}

/** The status to show for several visits of one state, such as the iterations of a Map. */
export function summarize(visits: readonly Visit[]): StateStatus {
  const order: readonly StateStatus[] = ['running', 'failed', 'timedOut', 'aborted', 'caught', 'succeeded'];
  // A loop visits a state again, so the last visit counts. Only inside a Map are there visits at the same time.
  const relevant = visits.some((visit) => visit.iteration !== undefined) ? visits : visits.slice(-1);
  return order.find((status) => relevant.some((visit) => visit.status === status)) ?? 'notEntered';
}

/** The state in which an execution failed or was stopped: the innermost of those that it did not leave. */
export function culpritOf({ visits }: Trace): string | undefined {
  const left = visits.filter(({ status }) => isFailure(status));
  // An iteration that failed ends its Map. The other iterations are then stopped, without an error of their own.
  return (left.findLast(({ error }) => error !== undefined) ?? left.at(-1))?.state;
}

/** Name of a transition; one state may lead to another both when it succeeds and when an error is caught. */
export function transitionKey(from: string, to: string, caught: boolean): string {
  return `${from} ${caught ? '!' : '>'} ${to}`;
}

/** The details object of an event. Its name depends on the event's type. */
export function detailsOf(event: HistoryEvent): Details {
  for (const [key, value] of Object.entries(event)) if (key.endsWith('EventDetails')) return (value ?? {}) as Details;
  return {};
}

class Reader {
  readonly #definition: AslDefinition | undefined;
  readonly #visits: Visit[] = [];
  readonly #visitOf = new Map<number, Visit>();
  readonly #iterationOf = new Map<number, number>();
  readonly #taken = new Set<string>();
  #redrives = 0;

  constructor(definition: AslDefinition | undefined) {
    this.#definition = definition;
  }

  trace(): Trace {
    const byState = new Map<string, Visit[]>();
    for (const visit of this.#visits) {
      const visits = byState.get(visit.state);
      if (visits === undefined) byState.set(visit.state, [visit]);
      else visits.push(visit);
    }
    const stateOf = new Map([...this.#visitOf].map(([id, visit]) => [id, visit.state]));
    return { visits: this.#visits, byState, stateOf, taken: this.#taken };
  }

  read(event: HistoryEvent): void {
    if (event.type === 'ExecutionRedriven') this.#redrives += 1;
    else if (event.type.startsWith('Execution')) this.#endExecution(event);
    else if (event.type.endsWith('StateEntered')) this.#enter(event);
    else this.#goOn(event);
  }

  #enter(event: HistoryEvent): void {
    const details = detailsOf(event);
    const state = String(details.name);
    const before = this.#before(event);
    const container = this.#containerOf(state);
    const isFirstInside = before !== undefined && before.state === container;
    const parent = isFirstInside ? before : before?.parent;
    const iteration = isFirstInside ? this.#iterationOf.get(event.previousEventId ?? 0) : before?.iteration;
    const isFail = event.type === 'FailStateEntered';
    const visit: Visit = {
      id: event.id,
      state,
      type: event.type.slice(0, -'StateEntered'.length),
      enteredAt: event.timestamp,
      ...(parent && { parent }),
      ...(iteration !== undefined && { iteration }),
      ...(typeof details.input === 'string' && { input: details.input }),
      status: isFail ? 'failed' : 'running',
      ...(isFail && { exitedAt: event.timestamp }),
      attempts: [],
      mapRuns: [],
    };
    this.#visits.push(visit);
    this.#visitOf.set(event.id, visit);
    if (!isFirstInside && before !== undefined) {
      this.#taken.add(transitionKey(before.state, state, before.status === 'caught'));
    }
  }

  /** An event inside a state. */
  #goOn(event: HistoryEvent): void {
    const details = detailsOf(event);
    const visit = this.#owner(event, details);
    if (visit === undefined) return;
    this.#visitOf.set(event.id, visit);
    if (event.type === 'MapIterationStarted') this.#iterationOf.set(event.id, Number(details.index));
    if (event.type.endsWith('StateExited')) exit(visit, event, details);
    else if (!event.type.startsWith('MapIteration')) this.#goOnInside(visit, event, details);
  }

  /** An event between a state's entry and its exit. */
  #goOnInside(visit: Visit, event: HistoryEvent, details: Details): void {
    this.#reopen(visit);
    if (STARTS.test(event.type)) {
      visit.attempts.push({ redrive: this.#redrives, startedAt: event.timestamp, status: 'running' });
      if (typeof details.resource === 'string') visit.resource = [details.resourceType, details.resource].join(':');
      const { FunctionName } = details.resourceType === 'lambda' ? parseObject(details.parameters) : {};
      if (typeof FunctionName === 'string') visit.functionName = FunctionName;
      if (typeof details.mapRunArn === 'string' && !visit.mapRuns.includes(details.mapRunArn)) {
        visit.mapRuns.push(details.mapRunArn);
      }
    } else if (FAILS.test(event.type)) {
      const status = statusOf(event.type);
      endAttempt(visit, event.timestamp, status, details);
      setError(visit, details);
      // A Task may be retried and the failure of a Map Run caught, so this event does not end the state.
      if (/^(Map|Parallel)State/.test(event.type)) close(visit, event.timestamp, status);
    } else if (event.type.endsWith('Succeeded')) {
      const attempt = endAttempt(visit, event.timestamp, 'succeeded', {});
      const { SdkResponseMetadata } = parseObject(details.output);
      const requestId = (SdkResponseMetadata as { RequestId?: unknown } | undefined)?.RequestId;
      if (attempt !== undefined && typeof requestId === 'string') attempt.requestId = requestId;
    }
  }

  #endExecution(event: HistoryEvent): void {
    if (!/(Failed|TimedOut|Aborted)$/.test(event.type)) return;
    const culprit = event.type === 'ExecutionFailed' ? this.#before(event) : undefined;
    if (culprit !== undefined) setError(culprit, detailsOf(event));
    for (let visit = culprit; visit !== undefined; visit = visit.parent) close(visit, event.timestamp, 'failed');
    const rest = event.type === 'ExecutionTimedOut' ? 'timedOut' : 'aborted';
    for (const visit of this.#visits) close(visit, event.timestamp, rest);
  }

  /** A redrive continues in a state that had ended, and so reopens that state and the states around it. */
  #reopen(visit: Visit): void {
    if (this.#redrives === 0) return;
    for (let each: Visit | undefined = visit; each !== undefined; each = each.parent) {
      if (each.status === 'running' || each.output !== undefined) continue;
      each.status = 'running';
      delete each.exitedAt;
    }
  }

  /** The state of an event: that of its previous event, or one around that. */
  #owner(event: HistoryEvent, details: Details): Visit | undefined {
    let visit = this.#before(event);
    if (event.type.endsWith('StateExited')) return climb(visit, (each) => each.state === details.name);
    if (event.type === 'EvaluationFailed' && typeof details.state === 'string') {
      return this.#visits.findLast((each) => each.state === details.state) ?? visit;
    }
    const kind = /^(Map|Parallel)/.exec(event.type)?.[0];
    if (kind === undefined) return visit;
    const own = climb(visit, (each) => each.type === kind && each.status === 'running');
    visit = own ?? climb(visit, (each) => each.type === kind);
    return visit;
  }

  #before(event: HistoryEvent): Visit | undefined {
    return this.#visitOf.get(event.previousEventId ?? 0);
  }

  #containerOf(state: string): string | undefined {
    return this.#definition?.byName.get(state)?.container;
  }
}

function climb(from: Visit | undefined, fits: (visit: Visit) => boolean): Visit | undefined {
  for (let visit = from; visit !== undefined; visit = visit.parent) if (fits(visit)) return visit;
  return undefined;
}

function exit(visit: Visit, event: HistoryEvent, details: Details): void {
  const last = visit.attempts.at(-1);
  const failed = visit.status === 'failed' || (last !== undefined && isFailure(last.status));
  visit.status = failed ? 'caught' : 'succeeded';
  visit.exitedAt = event.timestamp;
  if (typeof details.output === 'string') visit.output = details.output;
  if (!failed) {
    // The errors of earlier tries belong to those tries. The state itself succeeded.
    delete visit.error;
    delete visit.cause;
  }
}

function close(visit: Visit, at: number, status: StateStatus): void {
  if (visit.status !== 'running') return;
  visit.status = status;
  visit.exitedAt = at;
  endAttempt(visit, at, status, {});
}

function endAttempt(visit: Visit, at: number, status: StateStatus, details: Details): Attempt | undefined {
  const attempt = visit.attempts.at(-1);
  if (attempt === undefined || attempt.endedAt !== undefined) return undefined;
  attempt.endedAt = at;
  attempt.status = status;
  setError(attempt, details);
  return attempt;
}

function setError(target: { error?: string; cause?: string }, details: Details): void {
  if (typeof details.error === 'string') target.error = details.error;
  if (typeof details.cause === 'string') target.cause = details.cause;
}

function statusOf(type: string): StateStatus {
  if (type.endsWith('TimedOut')) return 'timedOut';
  return type.endsWith('Aborted') ? 'aborted' : 'failed';
}

function isFailure(status: StateStatus): boolean {
  return status === 'failed' || status === 'timedOut' || status === 'aborted';
}
