import type { StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { FeedbackKind } from '../api/sends.ts';

/** How good an event is for the sender. */
export const FEEDBACK_TYPES: Record<FeedbackKind, StatusIndicatorProps.Type> = {
  DELAYED: 'warning',
  SOFT_BOUNCED: 'warning',
  DELIVERED: 'success',
  UNSUBSCRIBED: 'stopped',
  REJECTED: 'error',
  BOUNCED: 'error',
  COMPLAINED: 'error',
};
