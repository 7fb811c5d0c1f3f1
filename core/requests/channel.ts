import type { Clock } from '../clock.ts';
import type { RecipientCheck } from '../consent/recipient-check.ts';
import { answerEach, MAX_QUEUED_MS, untilLeaseEnds } from '../delivery/answers.ts';
import type { Channel, FailedAttempt, Job, Outcome } from '../delivery/channel.ts';
import type { Provider } from '../delivery/provider.ts';
import { loggable } from '../delivery/providers/http-answer.ts';
import type { Notification } from '../delivery/providers/notify.ts';
import { withRetries } from '../delivery/record.ts';
import { PregonError } from '../errors.ts';
import { errorOf, isOver } from '../ledger/transitions.ts';
import type { Limiter } from '../limiter/limiter.ts';
import type { Telemetry } from '../telemetry.ts';
import type { RequestRow } from './item.ts';
import type { RequestQueue } from './queue.ts';
import type { RequestStore } from './store.ts';

export interface RequestChannelDeps {
  store: Pick<RequestStore, 'getRow' | 'recordFailedTry' | 'giveUp'>;
  queue: Pick<RequestQueue, 'send'>;
  provider: Provider<Notification>;
  limiter: Limiter;
  /** Milliseconds between two slots. Requests that got no slot come back this far apart. */
  spacingMs: number;
  clock: Clock;
  telemetry: Telemetry;
  /** Refuses addresses to which no email may go. */
  refuse: RecipientCheck;
  /** Evenly distributed from 0 to below 1. */
  random(): number;
  /** Called for each attempt whose key the provider refused. */
  keyRefused(): void;
}

/** A request fails after this many failed calls. One call in ten fails, so six in a row are one in a million. */
export const MAX_TRIES = 6;
/** A failed or throttled attempt is the last one when it is this much later than the first. */
const MAX_RETRY_MS = 60 * 60_000;
const FIRST_PAUSE_MS = 2_000;
/** The provider's window has to move on before a throttled call can succeed. */
const MIN_THROTTLE_PAUSE_MS = 1_000;

/** Delivers notification requests: one provider, and a bounded number of tries. */
export function createRequestChannel(deps: RequestChannelDeps): Channel<Job, Notification> {
  const { store, queue, clock, telemetry, random } = deps;
  const route = { provider: deps.provider, limiter: deps.limiter, priority: 'transactional' as const };

  /** The message is deleted afterwards. A request that has to wait gets a delayed copy, so that waiting uses up no receive. */
  function createAnswers() {
    let postponed = 0;
    return answerEach<Job>(telemetry, async ({ row: { batchId } }, outcome) => {
      if (outcome.kind === 'leased') await queue.send(batchId, untilLeaseEnds(outcome.lease, clock.now()));
      if (outcome.kind !== 'postponed') return;
      telemetry.count('Postponed');
      postponed += 1;
      await queue.send(batchId, Math.max(1, outcome.delayMs + (postponed - 1) * deps.spacingMs));
    });
  }

  /** Queues the request again after a pause, or ends it when its tries are used up. */
  async function scheduleRetry(
    { row: { batchId }, leaseId, error }: FailedAttempt,
    { counted }: { counted: boolean },
  ): Promise<Outcome> {
    const row = await withRetries(deps, () => store.recordFailedTry(batchId, leaseId, counted));
    if (!row) return { kind: 'ended' };
    if (!isExhausted(row, clock.now())) {
      await queue.send(batchId, counted ? pauseAfter(row.tries, random()) : pauseAfterThrottle(error, random()));
      return { kind: 'released', row, error };
    }
    const message = `The last of ${row.attempts} attempts: ${error.message}`;
    const ended = await store.giveUp(row, errorOf('ProviderUnavailable', message));
    if (!ended) return { kind: 'already', row };
    telemetry.count('Rejected');
    telemetry.error('A request failed', { id: batchId, tries: row.tries, ...loggable(error) });
    return { kind: 'failed', row, error: new PregonError('ProviderUnavailable', message) };
  }

  return {
    /** Reads the row first, so that a message that arrives twice takes none of the few slots. */
    async route({ row: { batchId } }) {
      const row = await store.getRow(batchId);
      if (!row) return 'missing';
      if (row.status !== 'QUEUED') return 'ended';
      const { lease } = row;
      if (lease) return isOver(lease, clock.now()) ? route : { holdMs: untilLeaseEnds(lease, clock.now()) };
      if (clock.now() - Date.parse(row.queuedAt) <= MAX_QUEUED_MS) return route;
      const message = `The request was queued at ${row.queuedAt} and got no slot for a day.`;
      if (await store.giveUp(row, errorOf('NotDelivered', message))) {
        telemetry.count('Rejected');
        telemetry.error('A request got no slot', { id: batchId });
      }
      return 'ended';
    },

    render: (_job, message) => (row) => ({ id: row.batchId, to: row.email, message, type: row.channel }),

    refuse: async (row) => (row.channel === 'email' ? deps.refuse(row) : undefined),

    async recover(_job, attempt) {
      switch (attempt.error.class) {
        case 'throttled':
          telemetry.count('Throttled');
          return scheduleRetry(attempt, { counted: false });
        case 'account':
          telemetry.count('AccountStopped');
          telemetry.error('The provider refuses our key', loggable(attempt.error));
          deps.keyRefused();
          return scheduleRetry(attempt, { counted: true });
        case 'transient':
          telemetry.count('Transient');
          return scheduleRetry(attempt, { counted: true });
        default:
          return undefined;
      }
    },

    answers: createAnswers,
  };
}

const isExhausted = ({ tries, firstTriedAt }: RequestRow, now: number): boolean =>
  tries >= MAX_TRIES || (firstTriedAt !== undefined && now - Date.parse(firstTriedAt) > MAX_RETRY_MS);

/** Milliseconds until the next try: doubled each time, half of it random. All pauses together take half a minute to a minute. */
const pauseAfter = (tries: number, random: number): number => FIRST_PAUSE_MS * 2 ** (tries - 1) * (0.5 + random / 2);

/** Milliseconds until a throttled call is repeated, at least what the provider asked for. */
const pauseAfterThrottle = ({ extra: { retryAfterMs } }: PregonError, random: number): number =>
  Math.max(MIN_THROTTLE_PAUSE_MS, typeof retryAfterMs === 'number' ? retryAfterMs : 0) * (1 + random);
