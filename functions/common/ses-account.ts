import type { Clock } from '../../core/clock.ts';
import { readSesAccount, type SesAccount } from '../../core/delivery/providers/ses.ts';
import { cached } from './cached.ts';
import { emailAccountClient, WORKER_TIMEOUTS } from './clients.ts';

/** GetAccount has a quota of one call a second for the whole account. */
const TTL_MS = 5_000;

/** What SES lets the account do, as it was at most five seconds ago. A request does not wait long for it, because it only informs. */
export function sesAccount(clock: Clock): () => Promise<SesAccount> {
  const client = emailAccountClient(WORKER_TIMEOUTS);
  return cached(() => readSesAccount(client), { ttlMs: TTL_MS, clock }).get;
}
