import type { Arns } from '../arns.ts';
import { Payload } from '../payload.ts';
import type { ExecutionRow, ExecutionStore } from '../state/executions.ts';
import { Execution } from './execution.ts';
import type { Machine } from './machine.ts';
import { type Recall, reviveThreads } from './thread.ts';

/** The label of a child's Map Run and the block that the child runs. */
export interface ChildPlace {
  label: string;
  block: string;
}

export function executionArn(
  arns: Arns,
  row: Pick<ExecutionRow, 'machine' | 'name' | 'type' | 'id'>,
  label?: string,
): string {
  const machine = label === undefined ? row.machine : `${row.machine}/${label}`;
  if (row.type === 'STANDARD') return arns.execution(machine, row.name);
  return arns.express(machine, row.name, expressId(row.id));
}

/** The part of the ARN of an EXPRESS execution that makes it unique, because names may repeat. */
export const expressId = (id: number) => `00000000-0000-4000-8000-${id.toString(16).padStart(12, '0')}`;

/** Restores an execution from its row in the store. */
export function loadExecution(
  row: ExecutionRow,
  machine: Machine,
  { arns, store }: { arns: Arns; store: ExecutionStore },
  place?: ChildPlace,
): Execution {
  const execution = new Execution({
    id: row.id,
    name: row.name,
    arn: executionArn(arns, row, place?.label),
    machine,
    type: row.type,
    origin: { mapRun: row.mapRun, item: row.item, items: row.items },
    input: new Payload(row.input),
    block: place?.block ?? machine.definition.root.key,
    started: row.started ?? 0,
  });
  execution.status = row.status;
  execution.output = row.output === undefined ? undefined : new Payload(row.output);
  execution.error = row.error;
  execution.cause = row.cause;
  execution.stopped = row.stopped;
  execution.redrives = row.redrives;
  execution.redriven = row.redriven;
  execution.round = row.round;
  execution.events = row.events;
  execution.isNew = false;
  const recall: Recall = (event, member) => {
    const details = store.event(row.id, event)?.[3] ?? {};
    return String(details[member] ?? details.input);
  };
  const threads = row.snapshot === undefined ? [] : reviveThreads(row.snapshot, recall);
  for (const thread of threads) execution.threads.set(thread.id, thread);
  execution.made = row.made;
  execution.transitions = row.transitions;
  return execution;
}
