import type { SendStatus } from '../ledger/send.ts';

/** What a client asks the provider to send. */
export interface NotificationRequest {
  /** An address, a phone number or a push token. */
  to: string;
  message: string;
  type: 'email' | 'sms' | 'push';
}

export const REQUEST_STATUSES = ['queued', 'processing', 'sent', 'failed'] as const;
export type RequestStatus = (typeof REQUEST_STATUSES)[number];

const SHOWN: Record<SendStatus, RequestStatus> = {
  PENDING: 'queued',
  QUEUED: 'processing',
  SENT: 'sent',
  ERROR: 'failed',
};

/** A request is queued until it is processed: then its row is on the queue. */
export const requestStatus = (status: SendStatus): RequestStatus => SHOWN[status];
