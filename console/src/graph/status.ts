import type { StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { StateStatus } from './trace.ts';

/** The label and icon of each status of a state. The colours are in `console.css`, by the name of the status. */
export const STATE_STATUS: Record<StateStatus, { text: string; type: StatusIndicatorProps.Type }> = {
  notEntered: { text: 'Not entered', type: 'not-started' },
  running: { text: 'Running', type: 'in-progress' },
  succeeded: { text: 'Succeeded', type: 'success' },
  caught: { text: 'Caught error', type: 'warning' },
  failed: { text: 'Failed', type: 'error' },
  timedOut: { text: 'Timed out', type: 'error' },
  aborted: { text: 'Aborted', type: 'stopped' },
};
