import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { ExecutionStatus } from '../api/types.ts';
import { later } from '../i18n/later.ts';

const TYPES: Record<ExecutionStatus, StatusIndicatorProps.Type> = {
  RUNNING: 'in-progress',
  SUCCEEDED: 'success',
  FAILED: 'error',
  TIMED_OUT: 'error',
  ABORTED: 'stopped',
  PENDING_REDRIVE: 'pending',
};

/** The status of an execution or of a Map Run. */
export function ExecutionStatusLabel({ status }: { status: ExecutionStatus }) {
  return (
    <StatusIndicator type={TYPES[status]} {...(status === 'RUNNING' && { colorOverride: 'blue' as const })}>
      {later.executions.statuses[status]}
    </StatusIndicator>
  );
}
