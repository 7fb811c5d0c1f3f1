import type { HistoryEvent } from '../api/types.ts';
import { detailsOf, type Trace } from '../graph/trace.ts';

/** An event as the table shows it. */
export interface EventRow {
  readonly event: HistoryEvent;
  readonly state: string | undefined;
  readonly error: string | undefined;
  /** Which run of the execution it belongs to: 0 the first, n the nth redrive. */
  readonly redrive: number;
  /** Milliseconds since the execution's first event. */
  readonly afterMs: number;
  /** Lower-case text that the filter looks into. */
  readonly search: string;
}

export function eventRows(events: readonly HistoryEvent[], trace: Trace): EventRow[] {
  const start = events.at(0)?.timestamp ?? 0;
  let redrive = 0;
  return events.map((event) => {
    if (event.type === 'ExecutionRedriven') redrive += 1;
    const details = detailsOf(event);
    const error = typeof details.error === 'string' ? details.error : undefined;
    const state = trace.stateOf.get(event.id);
    return {
      event,
      state,
      error,
      redrive,
      afterMs: Math.round((event.timestamp - start) * 1000),
      search: [event.type, state, error].join(' ').toLowerCase(),
    };
  });
}
