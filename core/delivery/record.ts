import type { PregonError } from '../errors.ts';
import type { LedgerRow, SendError } from '../ledger/send.ts';
import type { RowId } from '../ledger/transitions.ts';
import type { Channel, DeliveryDeps, Job, Outcome } from './channel.ts';
import { loggable } from './providers/http-answer.ts';

/** The result of the send step. */
export type Sent = { accepted: { provider: string; messageId: string } } | { error: PregonError; provider: string };

const THROTTLED_MS = 1_000;

/** Records the result of a send: the row's final status, or a released lease when nothing was sent. */
export async function record<J extends Job, M>(
  job: J,
  channel: Channel<J, M>,
  deps: DeliveryDeps,
  { row, leaseId, sent }: { row: LedgerRow; leaseId: string; sent: Sent },
): Promise<Outcome> {
  if ('accepted' in sent) return recordSent(deps, row, leaseId, sent.accepted);
  const { error, provider } = sent;
  const recovered = await channel.recover?.(job, { row, leaseId, provider, error });
  if (recovered) return recovered;
  switch (error.class) {
    case 'throttled':
      await releaseLease(deps, row, leaseId, { countAttempt: false });
      deps.telemetry.count('Throttled');
      return { kind: 'postponed', delayMs: THROTTLED_MS, why: 'throttled' };
    case 'account':
      await releaseLease(deps, row, leaseId, { countAttempt: false });
      deps.telemetry.count('AccountStopped');
      await channel.blocked?.(job, error);
      return { kind: 'released', row, error };
    case 'transient':
      await releaseLease(deps, row, leaseId, { countAttempt: true });
      deps.telemetry.count('Transient');
      return { kind: 'released', row, error };
    default:
      return recordError(deps, row, leaseId, error);
  }
}

/** Ends the claim of a row that was not sent. */
export const releaseLease = (deps: DeliveryDeps, row: RowId, leaseId: string, counted: { countAttempt: boolean }) =>
  withRetries(deps, () => deps.ledger.release(row, leaseId, counted));

async function recordSent(
  deps: DeliveryDeps,
  row: LedgerRow,
  leaseId: string,
  accepted: { provider: string; messageId: string },
): Promise<Outcome> {
  const { ledger, telemetry } = deps;
  const recorded = await withRetries(deps, () => ledger.recordSent(row, leaseId, accepted));
  if (!recorded) {
    // The lease expired and an operator resent the row, so another attempt holds it.
    telemetry.error('An accepted email could not be recorded', { sendId: row.sendId, ...accepted });
    telemetry.count('NotRecorded');
  }
  telemetry.count('Sent');
  return { kind: 'sent', row, ...accepted };
}

/** Ends the row in ERROR. */
export async function recordError(
  deps: DeliveryDeps,
  row: LedgerRow,
  leaseId: string,
  error: PregonError,
): Promise<Outcome> {
  const { ledger, telemetry } = deps;
  telemetry.count(
    error.class === 'unconfirmed' ? 'Unconfirmed' : error.code === 'Suppressed' ? 'Suppressed' : 'Rejected',
  );
  telemetry.warn('A row failed', { sendId: row.sendId, ...loggable(error) });
  await withRetries(deps, () => ledger.recordError(row, leaseId, asSendError(error)));
  return { kind: 'failed', row, error };
}

const asSendError = ({ code, class: errorClass, message, retryable }: PregonError): SendError => ({
  code,
  class: errorClass,
  message,
  retryable,
});

const TRIES = 3;
const PAUSE_MS = 100;

/** Calls up to three times. An outcome that is not recorded leaves the row unconfirmed, so the SDK's own retries are not enough. */
export async function withRetries<T>({ clock }: Pick<DeliveryDeps, 'clock'>, call: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await call();
    } catch (error) {
      if (tried === TRIES) throw error;
      await clock.sleep(PAUSE_MS * tried);
    }
  }
}
