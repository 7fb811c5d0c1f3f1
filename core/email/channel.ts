import type { Clock } from '../clock.ts';
import type { RecipientCheck } from '../consent/recipient-check.ts';
import { answerEach, MAX_QUEUED_MS, untilLeaseEnds } from '../delivery/answers.ts';
import type { Breakers } from '../delivery/breaker/breaker.ts';
import type { Channel, FailedAttempt, Job, Outcome } from '../delivery/channel.ts';
import type { Provider } from '../delivery/provider.ts';
import { loggable } from '../delivery/providers/http-answer.ts';
import type { OutgoingEmail } from '../delivery/providers/outgoing-email.ts';
import { withRetries } from '../delivery/record.ts';
import { PregonError } from '../errors.ts';
import { errorOf } from '../ledger/transitions.ts';
import type { Limiter } from '../limiter/limiter.ts';
import type { Telemetry } from '../telemetry.ts';
import type { EmailBatch, EmailRow, EmailTry } from './batch.ts';
import { candidates, chooseProvider, type GiveUp, giveUp } from './choose-provider.ts';
import type { EmailQueue } from './queue.ts';
import type { EmailStore } from './store.ts';

/** A provider and the limiter of its rate. */
export interface EmailRoute {
  provider: Provider<OutgoingEmail>;
  limiter: Limiter;
}

export interface EmailChannelDeps {
  store: Pick<EmailStore, 'getBatch' | 'getRow' | 'recordFailedTry' | 'giveUp'>;
  queue: EmailQueue;
  breakers: Breakers;
  /** In the order in which they are tried. */
  routes: readonly EmailRoute[];
  clock: Clock;
  telemetry: Telemetry;
  /** Refuses recipients to whom no email may go. */
  refuse: RecipientCheck;
  /** Evenly distributed from 0 to below 1. */
  random(): number;
}

/** Between two tries with one provider, plus up to the same again at random, so that many failures do not come back together. */
const ROUND_PAUSE_MS = 5_000;
/** Emails that wait for a provider come back spread over this time. */
const HOLD_SPREAD_MS = 10_000;
const MIN_HOLD_MS = 1_000;
/** Batches cached between invocations. A batch never changes. */
const MAX_CACHED = 100;

/** Delivers transactional email: the providers are tried in order, and a failed try goes on to the next provider. */
export function createEmailChannel(deps: EmailChannelDeps): Channel<Job, OutgoingEmail> {
  const { store, queue, breakers, routes, clock, telemetry } = deps;
  const order = routes.map(({ provider }) => provider.name);
  const batches = new Map<string, EmailBatch>();
  /** Breaker probes that `route` was granted and whose send has not been tried yet. */
  const probes = new WeakMap<Job, { provider: string; probeUntil: number }>();

  function routeOf(name: string | undefined) {
    const route = routes.find(({ provider }) => provider.name === name);
    if (!route) throw new PregonError('Internal', `There is no provider ${name}.`);
    return { ...route, priority: 'transactional' as const };
  }

  async function batchOf({ row: { batchId } }: Job): Promise<EmailBatch> {
    const batch = batches.get(batchId) ?? (await store.getBatch(batchId));
    if (!batch) throw new PregonError('Internal', `There is no batch ${batchId}.`);
    if (batches.size >= MAX_CACHED) batches.clear();
    batches.set(batchId, batch);
    return batch;
  }

  /** A breaker only saves calls to a provider that is down, so a failed update is logged and ignored. */
  async function tellBreaker(provider: string, update: Promise<void>): Promise<void> {
    try {
      await update;
    } catch (error) {
      telemetry.warn('A breaker could not be updated', { provider, error });
    }
  }

  /** Queues the row for the next provider, or ends it when there is none. */
  async function failOver(row: EmailRow, { provider, error }: FailedAttempt): Promise<Outcome> {
    const [next] = candidates(row, order);
    if (next === undefined) return end(row, giveUp(row));
    await queue.send([row], pauseBefore(next, row) / 1000);
    telemetry.count('FailedOver');
    telemetry.warn('A provider failed: the next one is tried', {
      sendId: row.sendId,
      provider,
      next,
      ...loggable(error),
    });
    return { kind: 'released', row, error };
  }

  function pauseBefore(provider: string, { tries }: EmailRow): number {
    const last = tries.findLast((failed) => failed.provider === provider);
    if (!last) return 0;
    const sinceLast = clock.now() - Date.parse(last.at);
    return Math.max(0, ROUND_PAUSE_MS * (1 + deps.random()) - sinceLast);
  }

  async function end(row: EmailRow, { code, message }: GiveUp): Promise<Outcome> {
    if (!(await store.giveUp(row, errorOf(code, message)))) return { kind: 'already', row };
    telemetry.count('Rejected');
    telemetry.error('No provider took an email', {
      sendId: row.sendId,
      code,
      tries: row.tries.map((failed) => `${failed.provider} ${failed.class}`),
    });
    return { kind: 'failed', row, error: new PregonError(code, message) };
  }

  async function accepted({ sendId }: { sendId: string }, provider: string): Promise<void> {
    if (provider !== order[0]) {
      telemetry.count('ProviderFallback');
      telemetry.warn('A fallback provider took an email', { sendId, provider, first: order[0] });
    }
    await tellBreaker(provider, breakers.succeeded(provider));
  }

  /** The message is deleted afterwards. A row that has to wait gets a delayed copy, so that waiting uses up no receive. */
  async function answer(job: Job, outcome: Outcome): Promise<void> {
    const probe = probes.get(job);
    // Nothing was sent, so another email may use the probe.
    if (probe && outcome.kind !== 'sent') {
      await tellBreaker(probe.provider, breakers.cancelProbe(probe.provider, probe.probeUntil));
    }
    switch (outcome.kind) {
      case 'sent':
        return accepted(outcome.row, outcome.provider);
      case 'postponed':
        telemetry.count('Postponed');
        return queue.send([job.row], outcome.delayMs / 1000);
      case 'leased':
        return queue.send([job.row], untilLeaseEnds(outcome.lease, clock.now()) / 1000);
      case 'not-queued':
        throw new Error('The row is not queued');
      default:
        // The row is final, or another message is queued for it.
        return;
    }
  }

  return {
    async route(job) {
      const row = await store.getRow(job.row);
      if (!row) return 'missing';
      if (row.status !== 'QUEUED') return 'ended';
      // Another attempt holds the row, so the claim will fail. No breaker's probe is spent on it.
      if (row.lease) return routeOf(order[0]);
      if (clock.now() - Date.parse(row.queuedAt) > MAX_QUEUED_MS) {
        const message = `The email was queued at ${row.queuedAt} and got no slot for a day.`;
        await end(row, { kind: 'give up', code: 'NotDelivered', message });
        return 'ended';
      }
      const choice = await chooseProvider(row, order, breakers, clock.now());
      if (choice.kind === 'use') {
        const { provider, probeUntil } = choice;
        if (probeUntil !== undefined) probes.set(job, { provider, probeUntil });
        return routeOf(provider);
      }
      if (choice.kind === 'wait') {
        // The email that probes the provider is back before the others ask again.
        return { holdMs: Math.max(MIN_HOLD_MS, choice.until - clock.now()) + deps.random() * HOLD_SPREAD_MS };
      }
      await end(row, choice);
      return 'ended';
    },

    content: async (job) => (await batchOf(job)).plainContent,

    render({ row: { batchId, rowNumber } }, text) {
      const batch = batches.get(batchId);
      if (!batch) throw new PregonError('Internal', `The batch ${batchId} was not read.`);
      const name = batch.destinations[rowNumber - 1]?.name;
      return ({ sendId, channel, email, subject, lease }) => ({
        sendId,
        batchId,
        channel,
        leaseId: lease?.leaseId,
        from: batch.from,
        to: { email, name },
        subject,
        text,
        html: batch.htmlContent,
      });
    },

    refuse: deps.refuse,

    async recover(job, attempt) {
      const { provider, error } = attempt;
      probes.delete(job);
      await tellBreaker(
        provider,
        // A provider that refuses one message is up.
        error.class === 'recipient'
          ? breakers.succeeded(provider)
          : breakers.failed(provider, error.message, error.class === 'account'),
      );
      if (error.class !== 'recipient' && error.class !== 'transient' && error.class !== 'account') return undefined;
      if (error.class === 'account') telemetry.count('AccountStopped');
      const failed: EmailTry = {
        provider,
        class: error.class,
        answer: namedAnswer(provider, error.message),
        at: new Date(clock.now()).toISOString(),
      };
      const row = await withRetries(deps, () => store.recordFailedTry(attempt.row, attempt.leaseId, failed));
      return row ? failOver(row, attempt) : { kind: 'already', row: attempt.row };
    },

    answers: () => answerEach(telemetry, answer),
  };
}

/** `mailgun: 500 …`, because the answers of all providers are joined into one line. */
const namedAnswer = (provider: string, message: string) =>
  message.toLowerCase().startsWith(`${provider}:`)
    ? provider + message.slice(provider.length)
    : `${provider}: ${message}`;
