import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { ExecutionStatus } from '../api/types.ts';
import { formatCount } from '../format/number.ts';
import { later } from '../i18n/later.ts';

const TYPES: Record<ExecutionStatus, StatusIndicatorProps.Type> = {
  RUNNING: 'in-progress',
  SUCCEEDED: 'success',
  FAILED: 'error',
  TIMED_OUT: 'error',
  ABORTED: 'stopped',
  PENDING_REDRIVE: 'pending',
};

interface ExecutionStatusLabelProps {
  readonly status: ExecutionStatus;
  /** Rows in ERROR of a campaign whose execution succeeded. */
  readonly errorRows?: number | undefined;
}

/** The status of an execution or of a Map Run. */
export function ExecutionStatusLabel({ status, errorRows }: ExecutionStatusLabelProps) {
  const { statuses, counts } = later.executions;
  if (status === 'SUCCEEDED' && errorRows !== undefined) {
    return (
      <StatusIndicator type="warning">{`${statuses[status]}, ${counts.error(formatCount(errorRows))}`}</StatusIndicator>
    );
  }
  return (
    <StatusIndicator type={TYPES[status]} {...(status === 'RUNNING' && { colorOverride: 'blue' as const })}>
      {statuses[status]}
    </StatusIndicator>
  );
}
