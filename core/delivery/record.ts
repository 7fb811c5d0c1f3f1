import type { PregonError } from '../errors.ts';
import type { LedgerRow, SendError } from '../ledger/send.ts';
import type { Door, Job, Outcome } from './job.ts';
import { logged } from './providers/http-answer.ts';
import { type Sent, THROTTLED_MS, type Tools } from './steps.ts';

/** Records what the send came to: an end of the row, or the lease given back where nothing was sent. */
export async function record<J extends Job, M>(
  job: J,
  door: Door<J, M>,
  tools: Tools,
  { row, leaseId, sent }: { row: LedgerRow; leaseId: string; sent: Sent },
): Promise<Outcome> {
  if ('accepted' in sent) return recordSent(tools, row, leaseId, sent.accepted);
  const { error, provider } = sent;
  const recovered = await door.recover?.(job, { row, leaseId, provider, error });
  if (recovered) return recovered;
  switch (error.class) {
    case 'throttled':
      await giveBack(tools, row, leaseId, { countAttempt: false });
      tools.telemetry.count('Throttled');
      return { kind: 'postponed', delayMs: THROTTLED_MS, why: 'throttled' };
    case 'account':
      await giveBack(tools, row, leaseId, { countAttempt: false });
      tools.telemetry.count('AccountStopped');
      await door.blocked(job, error);
      return { kind: 'released', row, error };
    case 'transient':
      await giveBack(tools, row, leaseId, { countAttempt: true });
      tools.telemetry.count('Transient');
      return { kind: 'released', row, error };
    default:
      return recordError(tools, row, leaseId, error);
  }
}

/** Ends the claim of a row of which nothing was sent. */
export const giveBack = (tools: Tools, row: LedgerRow, leaseId: string, counted: { countAttempt: boolean }) =>
  again(tools, () => tools.ledger.release(row, leaseId, counted));

async function recordSent(
  tools: Tools,
  row: LedgerRow,
  leaseId: string,
  accepted: { provider: string; messageId: string },
): Promise<Outcome> {
  const { ledger, telemetry } = tools;
  const recorded = await again(tools, () => ledger.recordSent(row, leaseId, accepted));
  if (!recorded) {
    // The lease ran out and an operator had the row sent again: another attempt holds it.
    telemetry.error('An accepted email could not be recorded', { sendId: row.sendId, ...accepted });
    telemetry.count('NotRecorded');
  }
  telemetry.count('Sent');
  return { kind: 'sent', row, ...accepted };
}

async function recordError(tools: Tools, row: LedgerRow, leaseId: string, error: PregonError): Promise<Outcome> {
  const { ledger, telemetry } = tools;
  telemetry.count(error.class === 'unconfirmed' ? 'Unconfirmed' : 'Rejected');
  telemetry.warn('A row failed', { sendId: row.sendId, ...logged(error) });
  await again(tools, () => ledger.recordError(row, leaseId, asSendError(error)));
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

/** An outcome that is not recorded makes the row unconfirmed: worth more tries than the SDK's own, within the function's time. */
export async function again<T>({ clock }: Pick<Tools, 'clock'>, call: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await call();
    } catch (error) {
      if (tried === TRIES) throw error;
      await clock.sleep(PAUSE_MS * tried);
    }
  }
}
