import type { ErrorClass, ErrorCode } from '../errors.ts';

export const SEND_STATUSES = ['PENDING', 'QUEUED', 'SENT', 'ERROR'] as const;
export type SendStatus = (typeof SEND_STATUSES)[number];

/** The channel that a send belongs to. */
export type ChannelName = 'campaign' | 'email' | 'sms' | 'push' | 'order';

/** Stands in a row for an address that was erased. No address is like it. */
export const ERASED_EMAIL = 'erased';

/** Why a row is in ERROR. */
export interface SendError {
  code: ErrorCode;
  class: ErrorClass;
  message: string;
  retryable: boolean;
  /** What an operator decided about an unconfirmed row. Once decided, the row no longer keeps its campaign from succeeding. */
  resolution?: 'accepted' | 'resent';
}

/** What was heard of an email after it was sent, from the weakest to the strongest. */
export const FEEDBACK_KINDS = [
  'delayed',
  'softBounced',
  'delivered',
  'unsubscribed',
  'rejected',
  'bounced',
  'complained',
] as const;
export type FeedbackKind = (typeof FEEDBACK_KINDS)[number];

export interface SendFeedback {
  kind: FeedbackKind;
  at: string;
  /** What the recipient's mail server said. */
  diagnostic?: string;
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
  /** How often the row was claimed for sending. Throttled attempts do not count. */
  attempts: number;
  provider?: string;
  messageId?: string;
  error?: SendError;
  /** The campaign's creation time. It is the same for all its rows, so that the rows of a batch are a range of the status index. */
  createdAt: string;
  updatedAt: string;
  lastAttemptAt?: string;
  /** The strongest of its events. */
  feedback?: SendFeedback;
  /** The first event of each kind, in the order of their times. */
  feedbackEvents?: SendFeedback[];
}

/** The right to deliver a send. One attempt at a time holds it, and nobody takes it over. */
export interface Lease {
  leaseId: string;
  /** Milliseconds since the epoch. */
  leaseUntil: number;
  /** It was found over before, so that its holder has had time to end it. */
  extended?: true;
}

/** Why a try failed that may succeed later. */
export type FailedTry = Pick<SendError, 'code' | 'message'>;

/** A state item of the table. */
export interface LedgerRow extends Send {
  lease?: Lease;
  /** Why its last try failed that may succeed later. Only of a campaign's row that is PENDING until its workflow queues it again. */
  failedTry?: FailedTry;
  /** The lease that the last record ended. Its holder may still turn an unconfirmed row into SENT. */
  lastLeaseId?: string;
  /** The attempt that the provider is known to have accepted. */
  accepted?: { leaseId: string; messageId: string };
}
