import type { Clock } from '../clock.ts';
import type { Breakers } from '../delivery/breaker/breaker.ts';
import type { Channel, FailedAttempt, Job, Outcome } from '../delivery/job.ts';
import type { Provider } from '../delivery/provider.ts';
import { logged } from '../delivery/providers/http-answer.ts';
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

/** One destination of a batch. */
export interface EmailJob extends Job {
  /** The queue message's id. */
  messageId: string;
}

/** A provider and the limiter of its rate. */
export interface EmailRoute {
  provider: Provider<OutgoingEmail>;
  limiter: Limiter;
}

export interface EmailChannelDeps {
  store: EmailStore;
  queue: EmailQueue;
  breakers: Breakers;
  /** In the order in which they are tried. */
  routes: readonly EmailRoute[];
  clock: Clock;
  telemetry: Telemetry;
  /** Evenly distributed from 0 to below 1. */
  random(): number;
}

/** Between two attempts with one provider, and up to as much again: failures of many do not come back together. */
const ROUND_PAUSE_MS = 5_000;
/** Emails that wait for a provider come back within this. */
const HOLD_SPREAD_MS = 10_000;
/** Batches kept between invocations: a batch never changes. */
const MOST_KEPT = 100;

export interface EmailChannel extends Channel<EmailJob, OutgoingEmail> {
  /** Told of each job once it is over: the probe that it was to make and did not goes back. */
  onJobDone(job: EmailJob, outcome: Outcome): Promise<void>;
}

/** Transactional email, as the delivery core sees it: providers in order, and a failure goes on to the next. */
export function createEmailChannel(deps: EmailChannelDeps): EmailChannel {
  const { store, queue, breakers, routes, clock, telemetry } = deps;
  const order = routes.map(({ provider }) => provider.name);
  const kept = new Map<string, EmailBatch>();
  /** Granted before there is a slot: see `onJobDone`. */
  const probes = new WeakMap<EmailJob, { provider: string; probeUntil: number }>();

  const routeOf = (name: string | undefined) => {
    const route = routes.find(({ provider }) => provider.name === name);
    if (!route) throw new PregonError('Internal', `There is no provider ${name}.`);
    return { ...route, priority: 'transactional' as const };
  };

  /** Until a probe may be made, and spread behind it: the one that makes it must be back before the others ask. */
  const holdFor = (ms: number) => Math.max(1000, ms) + deps.random() * HOLD_SPREAD_MS;

  async function batchOf({ row: { batchId } }: EmailJob): Promise<EmailBatch> {
    const known = kept.get(batchId) ?? (await store.getBatch(batchId));
    if (!known) throw new PregonError('Internal', `The batch ${batchId} of a row is not there.`);
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(batchId, known);
    return known;
  }

  return {
    async route(job) {
      const row = await store.getRow(job.row);
      if (!row) return 'missing';
      if (row.status !== 'QUEUED') return 'ended';
      // Somebody holds it: the claim will tell. No breaker's probe is spent on that.
      if (row.lease) return routeOf(order[0]);
      const choice = await chooseProvider(row, order, breakers, clock.now());
      if (choice.kind === 'use') {
        const { provider, probeUntil } = choice;
        if (probeUntil !== undefined) probes.set(job, { provider, probeUntil });
        return routeOf(provider);
      }
      if (choice.kind === 'wait') return { holdMs: holdFor(choice.until - clock.now()) };
      await end(row, choice);
      return 'ended';
    },

    check: async () => 'go',

    content: async (job) => (await batchOf(job)).plainContent,

    render: (job, text) => {
      const batch = kept.get(job.row.batchId);
      if (!batch) throw new PregonError('Internal', `The batch ${job.row.batchId} was not read.`);
      const name = batch.destinations[job.row.rowNumber - 1]?.name;
      return ({ sendId, batchId, channel, email, subject }) => ({
        sendId,
        batchId,
        channel,
        from: batch.from,
        to: { email, name },
        subject,
        text,
        html: batch.htmlContent,
      });
    },

    // Whatever it means for one provider, the next may take the email: see `recover`.
    blocked: async () => undefined,

    async recover(job, attempt) {
      probes.delete(job);
      await report(attempt);
      const { class: errorClass, message } = attempt.error;
      if (errorClass !== 'recipient' && errorClass !== 'transient' && errorClass !== 'account') return undefined;
      const failed: EmailTry = {
        provider: attempt.provider,
        class: errorClass,
        answer: namedAnswer(attempt.provider, message),
        at: new Date(clock.now()).toISOString(),
      };
      const row = await withRetries(deps, () => store.recordFailedTry(attempt.row, attempt.leaseId, failed));
      return row ? failOver(row, attempt) : { kind: 'already', row: attempt.row };
    },

    async onJobDone(job, { kind }) {
      const probe = probes.get(job);
      if (!probe || kind === 'sent') return;
      try {
        await breakers.cancelProbe(probe.provider, probe.probeUntil);
      } catch (error) {
        telemetry.warn('A breaker could not be told', { provider: probe.provider, error });
      }
    },
  };

  /** With the next provider, from the queue; or to the end when there is none. */
  async function failOver(row: EmailRow, { provider, error }: FailedAttempt): Promise<Outcome> {
    const [next] = candidates(row, order);
    if (next === undefined) return end(row, giveUp(row));
    const triedBefore = row.tries.findLast((failed) => failed.provider === next);
    const since = triedBefore ? clock.now() - Date.parse(triedBefore.at) : ROUND_PAUSE_MS;
    const pause = triedBefore ? Math.max(0, ROUND_PAUSE_MS * (1 + deps.random()) - since) : 0;
    await queue.send([row], pause / 1000);
    telemetry.count('FailedOver');
    telemetry.warn('A provider failed: the next one is tried', {
      sendId: row.sendId,
      provider,
      next,
      ...logged(error),
    });
    return { kind: 'released', row, error };
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

  /** A breaker that cannot be told is no reason to lose what became of the row. */
  async function report({ provider, error }: FailedAttempt): Promise<void> {
    try {
      // It answered, and found fault with the message alone.
      if (error.class === 'recipient') await breakers.succeeded(provider);
      else await breakers.failed(provider, error.message, error.class === 'account');
    } catch (cause) {
      telemetry.warn('A breaker could not be told', { provider, error: cause });
    }
  }
}

/** `mailgun: 500 …`: the answers of all providers stand in one line. */
const namedAnswer = (provider: string, message: string) =>
  message.toLowerCase().startsWith(`${provider}:`)
    ? provider + message.slice(provider.length)
    : `${provider}: ${message}`;
