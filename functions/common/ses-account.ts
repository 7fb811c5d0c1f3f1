import type { Clock } from '../../core/clock.ts';
import { readSesAccount, type SesAccount } from '../../core/delivery/providers/ses.ts';
import { cached } from './cached.ts';
import { DEFAULT_TIMEOUTS, emailAccountClient } from './clients.ts';

/** GetAccount has a quota of one call a second for the whole account, so a call that failed is not made again at once either. */
const TTL_MS = 5_000;
const FAILED_MS = 2_000;

/** What SES lets the account do, and its rate alone, as they were at most five seconds ago. All callers share one answer. */
export function sesAccount(
  clock: Clock,
  client: Parameters<typeof readSesAccount>[0] = emailAccountClient(DEFAULT_TIMEOUTS),
): { account(): Promise<SesAccount>; maxSendRate(): Promise<number> } {
  const { get: account } = cached(() => readSesAccount(client), { ttlMs: TTL_MS, failedMs: FAILED_MS, clock });
  return { account, maxSendRate: async () => (await account()).maxSendRate };
}
