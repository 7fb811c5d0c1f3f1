import { type Clock, isoNow } from '../clock.ts';
import { parseSendId } from '../ledger/keys.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Suppressions } from './suppressions.ts';
import type { Unsubscription } from './unsubscribe-token.ts';

export interface UnsubscribeDeps {
  suppressions: Pick<Suppressions, 'add'>;
  ledger: Pick<Ledger, 'recordFeedback'>;
  /** The counters of campaigns. */
  counters: { addFeedback(batchId: string, totals: { unsubscribed: number }): Promise<unknown> };
  clock: Clock;
}

/** Puts an address on the suppression list, and counts it once for the email whose link it was, if that is still stored. */
export async function unsubscribe(deps: UnsubscribeDeps, { sendId, email }: Unsubscription): Promise<void> {
  await deps.suppressions.add(email, { reason: 'unsubscribed', sendId });
  const id = parseSendId(sendId);
  if (!id) return;
  const { row, isFirst } = await deps.ledger.recordFeedback(id, { kind: 'unsubscribed', at: isoNow(deps.clock) });
  if (isFirst && row?.channel === 'campaign') await deps.counters.addFeedback(id.batchId, { unsubscribed: 1 });
}
