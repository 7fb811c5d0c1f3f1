import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { type Clock, systemClock } from '../../core/clock.ts';

type RetryStrategy = Extract<
  NonNullable<DynamoDBClientConfig['retryStrategy']>,
  { acquireInitialRetryToken: (...scope: never[]) => unknown }
>;

/** The first delay is at most this, each further one up to twice as long. A throttled call waits longer. */
const FIRST_DELAY_MS = { TRANSIENT: 50, THROTTLING: 200 };
const MAX_DELAY_MS = 1_000;

/**
 * Repeats a call of an AWS client that was throttled or failed for a moment, until this many milliseconds after its begin. The SDK's own
 * strategy has a budget of retries for each client: when 30 % of all calls fail it is used up in seconds, and then no call is repeated.
 */
export function retryFor(ms: number, { clock = systemClock, random = Math.random }: RetryDeps = {}): RetryStrategy {
  const token = (startedAt: number, retries: number, delayMs: number) => ({
    startedAt,
    getRetryCount: () => retries,
    getRetryDelay: () => delayMs,
    getRetryCost: () => undefined,
  });
  return {
    acquireInitialRetryToken: async () => token(clock.now(), 0, 0),
    async refreshRetryTokenForRetry(last, { errorType }) {
      const { startedAt } = last as ReturnType<typeof token>;
      if (errorType !== 'TRANSIENT' && errorType !== 'THROTTLING') throw new Error('This error stays');
      const retries = last.getRetryCount();
      // With full jitter, so that callers that failed together do not come back together.
      const delayMs = random() * Math.min(MAX_DELAY_MS, FIRST_DELAY_MS[errorType] * 2 ** retries);
      if (clock.now() + delayMs > startedAt + ms) throw new Error('The time is over');
      await clock.sleep(delayMs);
      return token(startedAt, retries + 1, 0);
    },
    recordSuccess: () => undefined,
  };
}

interface RetryDeps {
  clock?: Clock;
  /** Evenly distributed from 0 to below 1. */
  random?(): number;
}
