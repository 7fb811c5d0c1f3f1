import type { ErrorClass, ErrorCode } from '../errors.ts';

export const SEND_STATUSES = ['PENDING', 'QUEUED', 'SENT', 'ERROR'] as const;
export type SendStatus = (typeof SEND_STATUSES)[number];

/** Which channel a send came in by. */
export const CHANNEL_NAMES = ['campaign', 'email', 'sms', 'push', 'order'] as const;
export type ChannelName = (typeof CHANNEL_NAMES)[number];

/** Why a row is in ERROR. */
export interface SendError {
  code: ErrorCode;
  class: ErrorClass;
  message: string;
  retryable: boolean;
  /** An unconfirmed row that an operator closed as it is, or sent again: it blocks no further end. */
  resolution?: 'accepted' | 'resent';
}

/** One email to one recipient, as lists show it. Times are ISO 8601 with milliseconds, UTC. */
export interface Send {
  /** `<batchId>-<rowNumber>` */
  sendId: string;
  batchId: string;
  campaignId?: string;
  /** Data row of the uploaded file, counted from 1. */
  rowNumber: number;
  email: string;
  subject: string;
  status: SendStatus;
  channel: ChannelName;
  /** How often the row was claimed for sending; throttles do not count. */
  attempts: number;
  provider?: string;
  messageId?: string;
  error?: SendError;
  /** The campaign's creation time, the same for all its rows: it makes batch-and-status a range of the status index. */
  createdAt: string;
  updatedAt: string;
  lastAttemptAt?: string;
}

/** A send's right to be delivered: held by one attempt at a time, never taken over. */
export interface Lease {
  leaseId: string;
  /** Milliseconds since the epoch. */
  leaseUntil: number;
}

/** A state item as it stands in the table. */
export interface LedgerRow extends Send {
  lease?: Lease;
  /** The lease that the last record ended: only its holder may still turn an unconfirmed row into SENT. */
  lastLeaseId?: string;
}
