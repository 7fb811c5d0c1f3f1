import { formatCount } from '../format/number.ts';
import { later } from '../i18n/later.ts';
import type { AslDefinition, AslState } from './definition.ts';
import type { StateStatus, Visit } from './trace.ts';

/** What the drawing shows of a state beside the status that the history gives it. */
export interface StateNote {
  readonly text: string;
  /** The colour of the state. */
  readonly status: StateStatus;
}

/** The rows of a campaign by their status in the ledger. */
export interface RowCounts {
  readonly PENDING: number;
  readonly QUEUED: number;
  readonly SENT: number;
  readonly ERROR: number;
}

/** How many iterations of a Map are in a state with which status: `2 succeeded, 1 failed`. Undefined outside a Map. */
export function tallyOf(visits: readonly Visit[]): string | undefined {
  if (!visits.some(({ iteration }) => iteration !== undefined)) return undefined;
  const parts = Object.entries(later.graph.tally).flatMap(([status, word]) => {
    const count = visits.filter((visit) => visit.status === status).length;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  return parts.join(', ');
}

/**
 * Notes for a Distributed Map over the rows of a campaign and for the states in it. Histories of thousands of children cannot be read, but
 * the ledger knows where the rows are: PENDING before the first state, QUEUED in the state that waits for the worker's answer, SENT or
 * ERROR at the end. Where that state is the end, it has the sent ones too.
 */
export function rowNotes(
  definition: AslDefinition,
  map: string,
  counts: RowCounts,
  isRunning: boolean,
): ReadonlyMap<string, StateNote> {
  const notes = new Map<string, StateNote>();
  const words = later.graph.rows;
  const note = (state: AslState | undefined, status: StateStatus, parts: readonly Part[]) => {
    const shown = parts.filter(([count]) => count > 0);
    if (state === undefined || shown.length === 0) return;
    notes.set(state.name, { status, text: shown.map(([count, word]) => `${formatCount(count)} ${word}`).join(', ') });
  };
  const [inner] = definition.byName.get(map)?.inner ?? [];
  if (inner === undefined) return notes;
  const { PENDING, QUEUED, SENT, ERROR } = counts;
  const first = inner.states.find(({ name }) => name === inner.startAt);
  const waiting = inner.states.find(isWaiting);
  const last = waiting?.ends ? undefined : inner.states.find(({ type }) => type === 'Succeed');
  note(definition.byName.get(map), 'caught', [[ERROR, words.error]]);
  note(first, 'notEntered', [[PENDING, words.pending]]);
  const waitingStatus = isRunning ? 'running' : 'aborted';
  note(waiting, QUEUED > 0 ? waitingStatus : 'succeeded', [
    [QUEUED, words.queued],
    [last === undefined ? SENT : 0, words.sent],
  ]);
  note(last, ERROR > 0 ? 'caught' : 'succeeded', [
    [SENT, words.sent],
    [ERROR, words.error],
  ]);
  return notes;
}

type Part = readonly [count: number, word: string];

const isWaiting = ({ definition }: AslState) => String(definition.Resource).endsWith('.waitForTaskToken');
