import { useMemo } from 'react';
import { parseArn } from '../api/arn.ts';
import { describeDefinition, describeExecution, describeMapRun, historyAfter, listMapRuns } from '../api/states.ts';
import type { Execution, HistoryEvent, MapRun } from '../api/types.ts';
import { type AslDefinition, definitionOfChild, parseDefinition } from '../graph/definition.ts';
import { readTrace, type Trace } from '../graph/trace.ts';
import { type Live, useLive } from '../live/useLive.ts';

const RUNNING_MS = 1000;
/** An ended execution is still polled, because it may be redriven from elsewhere. */
const ENDED_MS = 8000;
/** The definition of an execution never changes. It is polled only until a request succeeds. */
const DEFINITION_MS = 3_600_000;

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
  const mapRuns = useLive<readonly MapRun[]>(
    arn,
    async (signal) => {
      const runs = await listMapRuns(arn, signal);
      return Promise.all(runs.slice(0, 20).map(({ mapRunArn }) => describeMapRun(mapRunArn, signal)));
    },
    status === 'RUNNING' ? 2 * RUNNING_MS : ENDED_MS,
  );
  const described = useLive(
    arn,
    async (signal) => {
      const { definition, label } = await describeDefinition(arn, signal);
      return { text: definition, parsed: definitionOfChild(parseDefinition(definition), label ?? parseArn(arn).label) };
    },
    DEFINITION_MS,
  );
  const parsed = described.data?.parsed;
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
    definition: described.data,
    definitionError: described.error,
    trace,
    refresh,
  };
}

/** Whether the newest event ends the execution. The status may be known before its events. */
function isOver(events: readonly HistoryEvent[] | undefined): boolean {
  return /^Execution(Succeeded|Failed|Aborted|TimedOut)$/.test(events?.at(-1)?.type ?? '');
}
