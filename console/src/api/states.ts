import { call } from './call.ts';
import type {
  DefinitionOfExecution,
  Execution,
  ExecutionItem,
  ExecutionStatus,
  HistoryEvent,
  MapRun,
  MapRunSettings,
  Page,
  StateMachineItem,
} from './types.ts';

/** The parent of the executions to list: a state machine or a Map Run. */
export type ExecutionSource = { readonly stateMachineArn: string } | { readonly mapRunArn: string };

export interface ExecutionFilter {
  readonly statusFilter?: ExecutionStatus;
  /** For the children of a Map Run only. */
  readonly redriveFilter?: 'REDRIVEN' | 'NOT_REDRIVEN';
}

/** All state machines, by name. */
export async function listStateMachines(signal?: AbortSignal): Promise<StateMachineItem[]> {
  const found: StateMachineItem[] = [];
  let nextToken: string | undefined;
  do {
    const page = await call<{ stateMachines: StateMachineItem[]; nextToken?: string }>(
      'ListStateMachines',
      { maxResults: 1000, ...(nextToken && { nextToken }) },
      signal,
    );
    found.push(...page.stateMachines);
    nextToken = page.nextToken;
  } while (nextToken);
  return found.sort((a, b) => a.name.localeCompare(b.name));
}

/** One page of executions, newest first. */
export async function listExecutions(
  source: ExecutionSource,
  filter: ExecutionFilter,
  page: { readonly size: number; readonly token?: string | undefined },
  signal?: AbortSignal,
): Promise<Page<ExecutionItem>> {
  const answer = await call<{ executions: ExecutionItem[]; nextToken?: string }>(
    'ListExecutions',
    { ...source, ...filter, maxResults: page.size, ...(page.token && { nextToken: page.token }) },
    signal,
  );
  return { items: answer.executions, ...(answer.nextToken && { nextToken: answer.nextToken }) };
}

export function describeExecution(executionArn: string, signal?: AbortSignal): Promise<Execution> {
  return call('DescribeExecution', { executionArn }, signal);
}

/** The definition of this execution, which may be older than that of the state machine. */
export function describeDefinition(executionArn: string, signal?: AbortSignal): Promise<DefinitionOfExecution> {
  return call('DescribeStateMachineForExecution', { executionArn }, signal);
}

/** The events of an execution that are newer than `afterId`, oldest first. */
export async function historyAfter(
  executionArn: string,
  afterId: number,
  signal?: AbortSignal,
): Promise<HistoryEvent[]> {
  // Reads backwards from the newest event. The API cannot start in the middle, and a poll must not read 25,000 events again.
  const found: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await call<{ events: HistoryEvent[]; nextToken?: string }>(
      'GetExecutionHistory',
      {
        executionArn,
        reverseOrder: true,
        includeExecutionData: true,
        maxResults: 1000,
        ...(nextToken && { nextToken }),
      },
      signal,
    );
    const news = page.events.filter((event) => event.id > afterId);
    found.push(...news);
    nextToken = news.length === page.events.length ? page.nextToken : undefined;
  } while (nextToken);
  return found.reverse();
}

export async function redriveExecution(executionArn: string): Promise<void> {
  await call('RedriveExecution', { executionArn, clientToken: crypto.randomUUID() });
}

export async function stopExecution(executionArn: string, why: { error?: string; cause?: string }): Promise<void> {
  await call('StopExecution', { executionArn, ...why });
}

export function describeMapRun(mapRunArn: string, signal?: AbortSignal): Promise<MapRun> {
  return call('DescribeMapRun', { mapRunArn }, signal);
}

export async function updateMapRun(mapRunArn: string, settings: MapRunSettings): Promise<void> {
  await call('UpdateMapRun', { mapRunArn, ...settings });
}
