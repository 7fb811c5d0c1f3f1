import { z } from 'zod';
import { systemClock } from '../../core/clock.ts';
import { parseUnsubscribeKeys, type UnsubscribeKeys } from '../../core/consent/unsubscribe-keys.ts';
import { type Unsubscription, unsubscribeToken } from '../../core/consent/unsubscribe-token.ts';
import { cached } from './cached.ts';
import { readSecret, SECRET_TTL_MS } from './secrets.ts';

export const unsubscribeEnv = { UNSUBSCRIBE_KEYS_SECRET_ARN: z.string().min(1) };

/** The keys of unsubscribe links, read again after five minutes. */
export const unsubscribeKeys = ({ UNSUBSCRIBE_KEYS_SECRET_ARN: arn }: { UNSUBSCRIBE_KEYS_SECRET_ARN: string }) =>
  cached(async () => parseUnsubscribeKeys(await readSecret(arn)), { ttlMs: SECRET_TTL_MS, clock: systemClock });

/** Makes the links of recipients at this address, with the key that signs now. */
export const createUnsubscribeLinks =
  (keys: { get(): Promise<UnsubscribeKeys> }, baseUrl: string) =>
  async (): Promise<(recipient: Unsubscription) => string> => {
    const current = await keys.get();
    const base = baseUrl.replace(/\/+$/, '');
    return (recipient) => `${base}/unsubscribe/${unsubscribeToken(current, recipient)}`;
  };
