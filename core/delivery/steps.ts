import type { Clock } from '../clock.ts';
import type { PregonError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Telemetry } from '../telemetry.ts';
import type { Outcome, Refusal } from './job.ts';
import type { Latency } from './latency.ts';

/** What the steps of a delivery work with. */
export interface DeliveryDeps {
  ledger: Ledger;
  clock: Clock;
  telemetry: Telemetry;
  /** Unique each time: names a lease. */
  newId(): string;
  /** How long a reservation and a claim take, kept across batches. */
  latency: { reserve: Latency; claim: Latency };
}

/** What the send step came to. */
export type Sent = { accepted: { provider: string; messageId: string } } | { error: PregonError; provider: string };

const HOLD_MS = 5_000;
export const THROTTLED_MS = 1_000;

/** The outcome of a job whose channel refused it. */
export const refused = (refusal: Refusal): Outcome =>
  refusal === 'hold' ? { kind: 'postponed', delayMs: HOLD_MS, why: 'hold' } : { kind: refusal };
