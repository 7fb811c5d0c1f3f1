import type { PregonError } from '../errors.ts';
import type { Lease, LedgerRow } from '../ledger/send.ts';
import type { RowId } from '../ledger/transitions.ts';
import type { Priority } from '../limiter/allocate.ts';
import type { Limiter } from '../limiter/limiter.ts';
import type { Provider } from './provider.ts';

/** One message of a priority: a row to deliver. Channels add what they need to answer it. */
export interface Job {
  readonly row: RowId;
}

/** By which provider a job goes, and whose rate that uses. */
export interface Route<Message> {
  provider: Provider<Message>;
  limiter: Limiter;
  priority: Priority;
}

/** Why a job is not delivered now: `hold` later perhaps, `ended` not any more, `missing` nobody knows it. */
export type Refusal = 'hold' | 'ended' | 'missing';
/** Later, and when: the job comes back after this time. */
export interface Hold {
  holdMs: number;
}

/** A way into the delivery core: what differs between campaigns, transactional email and notification requests. */
export interface Channel<J extends Job, Message> {
  /** Asked first; cheap. */
  route(job: J): Promise<Route<Message> | Refusal | Hold>;
  /** Asked right before the claim, on a state at most a second old. */
  check(job: J): Promise<'go' | Refusal>;
  /** The job's content, where the channel does not keep it in the row's content item. */
  content?(job: J): Promise<string>;
  /** What is sent, made ahead of the slot; the row is known when it is claimed. */
  render(job: J, content: string): (row: LedgerRow) => Message;
  /** No email of the account can leave: told at once, before the job's outcome. */
  blocked(job: J, error: PregonError): Promise<void>;
  /**
   * Takes a failed attempt into its own hands: it ends the lease and answers the outcome. Undefined leaves it to the core.
   */
  recover?(job: J, attempt: FailedAttempt): Promise<Outcome | undefined>;
}

/** An attempt whose row is still held by its lease. */
export interface FailedAttempt {
  row: LedgerRow;
  leaseId: string;
  provider: string;
  error: PregonError;
}

/** What became of a job. `failed` rows are in ERROR; `released` and `postponed` ones were not sent and nobody holds them. */
export type Outcome =
  | { kind: 'sent'; row: LedgerRow; provider: string; messageId: string }
  | { kind: 'failed'; row: LedgerRow; error: PregonError }
  | { kind: 'released'; row: LedgerRow; error: PregonError }
  | { kind: 'postponed'; delayMs: number; why: 'no-slot' | 'throttled' | 'hold' }
  | { kind: 'already'; row: LedgerRow }
  | { kind: 'leased'; row: LedgerRow; lease: Lease }
  | { kind: 'ended' }
  | { kind: 'not-queued'; row: LedgerRow }
  | { kind: 'missing' }
  | { kind: 'fault'; error: unknown };
