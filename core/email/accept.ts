import { randomUUID } from 'node:crypto';
import { type Clock, isoNow } from '../clock.ts';
import { PregonError } from '../errors.ts';
import type { ChannelName } from '../ledger/send.ts';
import type { Telemetry } from '../telemetry.ts';
import type { EmailBatch, EmailRequest } from './batch.ts';
import type { EmailQueue } from './queue.ts';
import type { EmailStore } from './store.ts';
import { firstSweepAt } from './sweep-plan.ts';

export interface AcceptOptions {
  /** The same id accepted twice is one batch. By default a new id. */
  batchId?: string;
  channel?: ChannelName;
}

export interface AcceptDeps {
  store: Pick<EmailStore, 'create' | 'addRows'>;
  queue: EmailQueue;
  clock: Clock;
  telemetry: Telemetry;
  newId?: () => string;
}

/**
 * Accepts a request to send. Once its record is written it is accepted, and its rows and messages are written next. If that fails, the
 * sweep finds the record and writes them. Throws Conflict when the batch id was accepted before with other content.
 */
export async function acceptEmail(
  deps: AcceptDeps,
  request: EmailRequest,
  { batchId = (deps.newId ?? randomUUID)(), channel = 'email' }: AcceptOptions = {},
): Promise<{ batchId: string; duplicate: boolean }> {
  const { store, queue, clock, telemetry } = deps;
  const wanted: EmailBatch = {
    ...request,
    batchId,
    channel,
    createdAt: isoNow(clock),
    sweepCount: 0,
  };
  const { created, batch } = await store.create(wanted, firstSweepAt(clock.now()));
  if (!created && contentOf(batch) !== contentOf(wanted)) {
    throw new PregonError('Conflict', `The batch ${batchId} was accepted with other content before.`);
  }
  const rowNumbers = batch.destinations.map((_, index) => index + 1);
  try {
    await store.addRows(batch, rowNumbers);
    await queue.send(rowNumbers.map((rowNumber) => ({ batchId, rowNumber })));
  } catch (error) {
    // The batch is accepted. An error now would make the caller send it again.
    telemetry.error('An accepted email waits for the sweep: its rows or messages could not be written', {
      batchId,
      error: error instanceof Error ? error.message : String(error),
    });
  }
  return { batchId, duplicate: !created };
}

/** The content of a request, for comparison. The table may return the members of a record in another order. */
const contentOf = ({ from, destinations, subject, plainContent, htmlContent, channel }: EmailBatch): string =>
  JSON.stringify([
    channel,
    from.email,
    from.name,
    destinations.map(({ email, name }) => [email, name]),
    subject,
    plainContent,
    htmlContent,
  ]);
