import type { Clock } from '../clock.ts';
import type { Channel, FailedAttempt, Job, Outcome } from '../delivery/job.ts';
import type { Provider } from '../delivery/provider.ts';
import { logged } from '../delivery/providers/http-answer.ts';
import type { Notification } from '../delivery/providers/notify.ts';
import { withRetries } from '../delivery/record.ts';
import { PregonError } from '../errors.ts';
import { errorOf, isOver } from '../ledger/transitions.ts';
import type { Limiter } from '../limiter/limiter.ts';
import type { Telemetry } from '../telemetry.ts';
import type { RequestQueue } from './queue.ts';
import { isExhausted, pauseAfter, pauseAfterThrottle } from './retries.ts';
import type { RequestStore } from './store.ts';

export interface RequestJob extends Job {
  /** The queue message's id. */
  messageId: string;
}

export interface RequestChannelDeps {
  store: RequestStore;
  queue: Pick<RequestQueue, 'send'>;
  provider: Provider<Notification>;
  limiter: Limiter;
  clock: Clock;
  telemetry: Telemetry;
  /** Evenly distributed from 0 to below 1. */
  random(): number;
  /** The provider refused our key: told once for each attempt. */
  keyRefused(): void;
}

/** After a lease's end, so that whoever comes finds it over. */
export const AFTER_LEASE_MS = 3_000;

/** Notification requests, as the delivery core sees them: one provider, and a failure is tried again a bounded number of times. */
export function createRequestChannel(deps: RequestChannelDeps): Channel<RequestJob, Notification> {
  const { store, queue, clock, telemetry, random } = deps;
  const route = { provider: deps.provider, limiter: deps.limiter, priority: 'transactional' as const };

  return {
    /** Reads the row, so that a message that comes twice takes no slot of the few there are. */
    async route({ row: { batchId } }) {
      const row = await store.getRow(batchId);
      if (!row) return 'missing';
      if (row.status !== 'QUEUED') return 'ended';
      const { lease } = row;
      if (lease && !isOver(lease, clock.now())) return { holdMs: lease.leaseUntil + AFTER_LEASE_MS - clock.now() };
      return route;
    },

    check: async () => 'go',

    render: (_job, message) => (row) => ({ id: row.batchId, to: row.email, message, type: row.channel }),

    // A wrong key is no fault of the request: see `recover`.
    blocked: async () => undefined,

    async recover(_job, attempt) {
      switch (attempt.error.class) {
        case 'throttled':
          telemetry.count('Throttled');
          return scheduleRetry(attempt, false);
        case 'account':
          telemetry.count('AccountStopped');
          telemetry.error('The provider refuses our key', logged(attempt.error));
          deps.keyRefused();
          return scheduleRetry(attempt, true);
        case 'transient':
          telemetry.count('Transient');
          return scheduleRetry(attempt, true);
        default:
          return undefined;
      }
    },
  };

  /** Back to the queue after a pause; or to the end when it has had its tries. */
  async function scheduleRetry(
    { row: { batchId }, leaseId, error }: FailedAttempt,
    counted: boolean,
  ): Promise<Outcome> {
    const row = await withRetries(deps, () => store.recordFailedTry(batchId, leaseId, counted));
    if (!row) return { kind: 'ended' };
    if (!isExhausted(row, clock.now())) {
      const pause = counted ? pauseAfter(row.tries, random()) : pauseAfterThrottle(error.extra.retryAfterMs, random());
      await queue.send(batchId, pause);
      return { kind: 'released', row, error };
    }
    const last = `The last of ${row.attempts} attempts: ${error.message}`;
    const ended = await store.giveUp(row, errorOf('ProviderUnavailable', last));
    if (!ended) return { kind: 'already', row };
    telemetry.count('Rejected');
    telemetry.error('A request failed', { id: batchId, tries: row.tries, ...logged(error) });
    return { kind: 'failed', row, error: new PregonError('ProviderUnavailable', last) };
  }
}
