import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { ExecutionStatus } from '../api/types.ts';

/** The label of an execution's or Map Run's status. */
export const STATUS_TEXT: Record<ExecutionStatus, string> = {
  RUNNING: 'Running',
  SUCCEEDED: 'Succeeded',
  FAILED: 'Failed',
  TIMED_OUT: 'Timed out',
  ABORTED: 'Aborted',
  PENDING_REDRIVE: 'Pending redrive',
};

const TYPES: Record<ExecutionStatus, StatusIndicatorProps.Type> = {
  RUNNING: 'in-progress',
  SUCCEEDED: 'success',
  FAILED: 'error',
  TIMED_OUT: 'error',
  ABORTED: 'stopped',
  PENDING_REDRIVE: 'pending',
};

export function ExecutionStatusLabel({ status }: { status: ExecutionStatus }) {
  return (
    <StatusIndicator type={TYPES[status]} {...(status === 'RUNNING' && { colorOverride: 'blue' as const })}>
      {STATUS_TEXT[status]}
    </StatusIndicator>
  );
}
