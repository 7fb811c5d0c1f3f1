import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { STATE_STATUS } from './status.ts';
import type { StateStatus } from './trace.ts';

/** A state's status. `waiting`: it failed and will be retried. */
export function StateStatusLabel({ status, waiting = false }: { status: StateStatus; waiting?: boolean }) {
  const { text, type } = STATE_STATUS[status];
  if (waiting) return <StatusIndicator type="pending">Waiting to retry</StatusIndicator>;
  return (
    <StatusIndicator type={type} {...(status === 'running' && { colorOverride: 'blue' as const })}>
      {text}
    </StatusIndicator>
  );
}
