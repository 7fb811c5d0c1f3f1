import { useEffect, useMemo } from 'react';
import { parseArn } from '../api/arn.ts';
import { describeDefinition, describeExecution, describeMapRun, historyAfter } from '../api/states.ts';
import type { Execution, HistoryEvent, MapRun } from '../api/types.ts';
import { type AslDefinition, definitionOfChild, parseDefinition } from '../graph/definition.ts';
import { readTrace, type Trace } from '../graph/trace.ts';
import { type Live, useLive } from '../live/useLive.ts';
import { mapRunChanges, mapRunStarts } from '../map-runs/starts.ts';

const RUNNING_MS = 1000;
/** An ended execution is still polled, because it may be redriven from elsewhere. */
const ENDED_MS = 8000;
/** The definition of an execution never changes. It is polled only until a request succeeds. */
const DEFINITION_MS = 3_600_000;

const SHOWN_MAP_RUNS = 20;

interface DescribedRun {
  readonly run: MapRun;
  /** How often it had been started and redriven when it was described. */
  readonly starts: number;
}

export interface ExecutionTrace {
  readonly execution: Live<Execution>;
  readonly history: Live<readonly HistoryEvent[]>;
  readonly mapRuns: Live<readonly MapRun[]>;
  readonly definition: { readonly text: string; readonly parsed: AslDefinition } | undefined;
  readonly definitionError: Error | undefined;
  readonly trace: Trace;
  readonly refresh: () => void;
}

/** All data of one execution, kept up to date. */
export function useExecution(arn: string): ExecutionTrace {
  const execution = useLive(
    arn,
    (signal) => describeExecution(arn, signal),
    (data) => (data?.status === 'RUNNING' || data?.status === 'PENDING_REDRIVE' ? RUNNING_MS : ENDED_MS),
  );
  const status = execution.data?.status;
  const history = useLive<readonly HistoryEvent[]>(
    arn,
    async (signal, previous = []) => {
      const news = await historyAfter(arn, previous.at(-1)?.id ?? 0, signal);
      return news.length === 0 ? previous : [...previous, ...news];
    },
    (events) => (status !== 'RUNNING' && isOver(events) ? ENDED_MS : RUNNING_MS),
  );
  const described = useLive<readonly DescribedRun[]>(
    history.data === undefined ? undefined : arn,
    (signal, previous) => {
      const starts = [...mapRunStarts(history.data ?? [])].slice(0, SHOWN_MAP_RUNS);
      return Promise.all(
        starts.map(async ([mapRunArn, count]) => {
          const known = previous?.find(({ run }) => run.mapRunArn === mapRunArn);
          // One that has ended changes only by a redrive. DescribeMapRun has a quota of one call a second for the account.
          if (known && known.starts === count && known.run.status !== 'RUNNING') return known;
          return { run: await describeMapRun(mapRunArn, signal), starts: count };
        }),
      );
    },
    (runs) => (runs?.some(({ run }) => run.status === 'RUNNING') ? 2 * RUNNING_MS : ENDED_MS),
  );
  // The counts of a Map Run are right when the history says that it ended, and so is its status.
  const { refresh: refreshRuns } = described;
  const changes = mapRunChanges(history.data ?? []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each start and end of a Map Run is a reason
  useEffect(refreshRuns, [changes, refreshRuns]);
  const mapRuns = { ...described, data: useMemo(() => described.data?.map(({ run }) => run), [described.data]) };
  const definition = useLive(
    arn,
    async (signal) => {
      const { definition, label } = await describeDefinition(arn, signal);
      return { text: definition, parsed: definitionOfChild(parseDefinition(definition), label ?? parseArn(arn).label) };
    },
    DEFINITION_MS,
  );
  const parsed = definition.data?.parsed;
  const events = history.data;
  const trace = useMemo(() => readTrace(events ?? [], parsed), [events, parsed]);
  const refresh = () => {
    execution.refresh();
    history.refresh();
    mapRuns.refresh();
  };
  return {
    execution,
    history,
    mapRuns,
    definition: definition.data,
    definitionError: definition.error,
    trace,
    refresh,
  };
}

/** Whether the newest event ends the execution. The status may be known before its events. */
function isOver(events: readonly HistoryEvent[] | undefined): boolean {
  return /^Execution(Succeeded|Failed|Aborted|TimedOut)$/.test(events?.at(-1)?.type ?? '');
}
