import type { Clock } from '../clock.ts';
import type { PregonError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Lease, LedgerRow } from '../ledger/send.ts';
import type { RowId } from '../ledger/transitions.ts';
import type { Priority } from '../limiter/allocate.ts';
import type { Limiter } from '../limiter/limiter.ts';
import type { Telemetry } from '../telemetry.ts';
import type { Answers } from './answers.ts';
import type { Latency } from './latency.ts';
import type { Provider } from './provider.ts';

/** A row to deliver, from one queue message. Channels add what they need to answer it. */
export interface Job {
  /** The queue message's id. */
  readonly messageId: string;
  readonly row: RowId;
  /** How often its message was put back, if its channel counts that. */
  readonly postponed?: number;
}

/** Which provider sends a job, and which limiter its slot comes from. */
export interface Route<Message> {
  provider: Provider<Message>;
  limiter: Limiter;
  priority: Priority;
}

/** Why a job is not delivered now. `hold`: perhaps later. `ended`: no longer needed. `missing`: its row does not exist. */
export type Refusal = 'hold' | 'ended' | 'missing';
/** The job is tried again after this time. */
export interface Hold {
  holdMs: number;
}

/** The parts of a delivery that differ between campaigns, transactional email and notification requests. */
export interface Channel<J extends Job, Message> {
  /** Called first, with the jobs of a batch. Resolves to those to deliver; the messages of the others are deleted. */
  wanted?(jobs: readonly J[]): Promise<readonly J[]>;
  /** Outcomes that the ledger holds already, for jobs that may have been delivered before. Such jobs take no slot. */
  known?(jobs: readonly J[]): Promise<ReadonlyMap<J, Outcome>>;
  /** Called for every receive of a message that is wanted. */
  route(job: J): Promise<Route<Message> | Refusal | Hold>;
  /** Called right before the claim. The state it decides on is at most a second old. */
  check?(job: J): Promise<'go' | Refusal>;
  /** The content of the job, for channels that do not keep it in the row's content item. */
  content?(job: J): Promise<string>;
  /** Prepares the message ahead of the slot. The row is known once it is claimed. */
  render(job: J, content: string): (row: LedgerRow) => Message;
  /** Called for a row that is claimed, right before it is sent. An error ends the row without a send. */
  refuse?(row: LedgerRow): Promise<PregonError | undefined>;
  /** Called when no email of the account can leave, before the job's outcome is answered. */
  blocked?(job: J, error: PregonError): Promise<void>;
  /** Handles a failed attempt: ends the lease and resolves to the outcome. Undefined leaves the attempt to the delivery core. */
  recover?(job: J, attempt: FailedAttempt): Promise<Outcome | undefined>;
  /** Called once for each batch. */
  answers(): Answers<J>;
}

/** What every delivery needs, whatever its channel. */
export interface DeliveryDeps {
  ledger: Pick<Ledger, 'claim' | 'release' | 'recordSent' | 'recordError' | 'flush' | 'expire' | 'contents'>;
  clock: Clock;
  telemetry: Telemetry;
  /** A new lease id each time. */
  newId(): string;
  /** How long reservations and claims take; kept across batches. */
  latency: { reserve: Latency; claim: Latency };
}

/** An attempt whose row is still held by its lease. */
export interface FailedAttempt {
  row: LedgerRow;
  leaseId: string;
  provider: string;
  error: PregonError;
}

/** What became of a job. `failed` rows are in ERROR. `released` and `postponed` rows were not sent and have no lease. */
export type Outcome =
  | { kind: 'sent'; row: LedgerRow; provider: string; messageId: string }
  | { kind: 'failed'; row: LedgerRow; error: PregonError }
  | { kind: 'released'; row: LedgerRow; error: PregonError }
  | { kind: 'postponed'; delayMs: number; why: 'no-slot' | 'throttled' | 'hold' | 'unavailable' }
  | { kind: 'already'; row: LedgerRow }
  | { kind: 'leased'; row: LedgerRow; lease: Lease }
  | { kind: 'ended' }
  | { kind: 'not-queued'; row: LedgerRow }
  | { kind: 'missing' }
  | { kind: 'fault'; error: unknown };
