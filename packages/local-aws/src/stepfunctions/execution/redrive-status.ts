import type { MachineType } from '../asl/types.ts';
import type { ExecutionStatus } from './execution.ts';

/** A redrive is possible for 14 days after the end: https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html */
const REDRIVABLE_MS = 14 * 24 * 3600 * 1000;
/** A redrive needs a history of fewer events than this. */
const REDRIVABLE_EVENTS = 24_999;

export interface RedriveFacts {
  isChild: boolean;
  type: MachineType;
  stopped: number | undefined;
  now: number;
  events: number;
}

export interface RedriveStatus {
  status: 'REDRIVABLE' | 'NOT_REDRIVABLE' | 'REDRIVABLE_BY_MAP_RUN';
  reason?: string;
}

/** Whether an execution can be redriven, and the reason if not. */
export function redriveStatus(status: ExecutionStatus, facts: RedriveFacts): RedriveStatus {
  const not = (reason: string): RedriveStatus => ({ status: 'NOT_REDRIVABLE', reason });
  if (facts.type === 'EXPRESS') return not('Execution is EXPRESS and cannot be redriven');
  if (status === 'RUNNING' || status === 'SUCCEEDED' || status === 'PENDING_REDRIVE' || status === 'PENDING') {
    return not(`Execution is ${status} and cannot be redriven`);
  }
  if (facts.stopped !== undefined && facts.now - facts.stopped > REDRIVABLE_MS) {
    return not('Execution has exceeded the redrivable period of 14 days');
  }
  if (facts.events >= REDRIVABLE_EVENTS) return not('Execution history size exceeds the maximum allowed for a redrive');
  return { status: facts.isChild ? 'REDRIVABLE_BY_MAP_RUN' : 'REDRIVABLE' };
}
