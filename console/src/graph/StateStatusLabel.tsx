import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { later } from '../i18n/later.ts';
import { STATE_TYPES } from './status.ts';
import type { StateStatus } from './trace.ts';

/** A state's status. `waiting`: it failed and will be retried. */
export function StateStatusLabel({ status, waiting = false }: { status: StateStatus; waiting?: boolean }) {
  if (waiting) return <StatusIndicator type="pending">{later.graph.waitingToRetry}</StatusIndicator>;
  return (
    <StatusIndicator type={STATE_TYPES[status]} {...(status === 'running' && { colorOverride: 'blue' as const })}>
      {later.graph.statuses[status]}
    </StatusIndicator>
  );
}
