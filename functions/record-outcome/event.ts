import { z } from 'zod';
import type { ExecutionState } from '../../core/campaigns/executions.ts';

/** The event "Step Functions Execution Status Change". https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html */
const statusChangeSchema = z.object({
  detail: z.object({
    executionArn: z.string(),
    stateMachineArn: z.string(),
    name: z.string(),
    status: z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'ABORTED', 'TIMED_OUT', 'PENDING_REDRIVE']),
    startDate: z.number().nullish(),
    stopDate: z.number().nullish(),
    error: z.string().nullish(),
    cause: z.string().nullish(),
    redriveCount: z.number().int().nullish(),
    redriveDate: z.number().nullish(),
  }),
});

/** The state of an event, completed by the description of the execution where that shows the same end; it may be older than the event. */
export function withDescription(state: ExecutionState, described: ExecutionState | undefined): ExecutionState {
  const isSame = described?.status === state.status && described.redriveCount >= state.redriveCount;
  return isSame ? { ...state, ...described } : state;
}

/** The campaign and the state of an event; undefined for an execution that is not a campaign's. */
export function statusChangeOf(
  event: unknown,
  stateMachineArn: string,
): { batchId: string; state: ExecutionState } | undefined {
  const { detail } = statusChangeSchema.parse(event);
  // The state machine ARN of a Map Run's children ends with the label of the map.
  if (detail.stateMachineArn !== stateMachineArn) return undefined;
  const time = (milliseconds: number) => new Date(milliseconds).toISOString();
  return {
    batchId: detail.name,
    state: {
      status: detail.status === 'PENDING_REDRIVE' ? 'RUNNING' : detail.status,
      redriveCount: detail.redriveCount ?? 0,
      ...(detail.startDate != null && { startedAt: time(detail.startDate) }),
      ...(detail.stopDate != null && { stoppedAt: time(detail.stopDate) }),
      ...(detail.redriveDate != null && { redrivenAt: time(detail.redriveDate) }),
      ...(detail.error != null && { error: detail.error }),
      ...(detail.cause != null && { cause: detail.cause }),
    },
  };
}
