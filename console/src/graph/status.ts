import type { StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { StateStatus } from './trace.ts';

/** The icon of each status of a state. The colours are in `graph.css`, by the name of the status. */
export const STATE_TYPES: Record<StateStatus, StatusIndicatorProps.Type> = {
  notEntered: 'not-started',
  running: 'in-progress',
  succeeded: 'success',
  caught: 'warning',
  failed: 'error',
  timedOut: 'error',
  aborted: 'stopped',
};
