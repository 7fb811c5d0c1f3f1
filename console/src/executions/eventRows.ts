import type { HistoryEvent } from '../api/types.ts';
import { detailsOf, type Trace } from '../graph/trace.ts';

/** A row of the table of events. */
export interface EventRow {
  readonly event: HistoryEvent;
  readonly state: string | undefined;
  readonly error: string | undefined;
  /** The run of the execution that it belongs to: 0 is the first, n is the nth redrive. */
  readonly redrive: number;
  /** Milliseconds since the execution's first event. */
  readonly afterMs: number;
  /** The lower-case text that the filter searches. */
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
