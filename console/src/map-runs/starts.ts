import type { HistoryEvent } from '../api/types.ts';

/**
 * The Map Runs of an execution, the newest first, each with the number of times that it was started or redriven. They are read from
 * the history, which is polled anyway: ListMapRuns has a quota of one call a second for the account.
 */
export function mapRunStarts(events: readonly HistoryEvent[]): ReadonlyMap<string, number> {
  const starts = new Map<string, number>();
  for (const { type, mapRunStartedEventDetails, mapRunRedrivenEventDetails } of events) {
    if (type !== 'MapRunStarted' && type !== 'MapRunRedriven') continue;
    const arn = (mapRunStartedEventDetails ?? mapRunRedrivenEventDetails)?.mapRunArn;
    if (typeof arn === 'string') starts.set(arn, (starts.get(arn) ?? 0) + 1);
  }
  return new Map([...starts].reverse());
}

/** How many times a Map Run has started or ended. */
export function mapRunChanges(events: readonly HistoryEvent[]): number {
  return events.filter(({ type }) => type.startsWith('MapRun')).length;
}
