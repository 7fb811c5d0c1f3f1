import type { Outcome } from '../delivery/job.ts';
import { deliver } from '../delivery/pipeline.ts';
import type { DeliveryDeps } from '../delivery/steps.ts';
import { createEmailChannel, type EmailChannelDeps, type EmailJob } from './channel.ts';

export type EmailDelivery = (jobs: readonly EmailJob[], deadline: number) => Promise<EmailJob[]>;

/** After a lease's end, so that whoever comes finds it over. */
const AFTER_LEASE_MS = 3_000;

/** Delivers emails by the delivery core, and answers the jobs whose messages must stay in the queue. */
export function createEmailDelivery(deps: EmailChannelDeps & DeliveryDeps): EmailDelivery {
  const { queue, breakers, routes, clock, telemetry } = deps;
  const channel = createEmailChannel(deps);
  const first = routes[0]?.provider.name;

  return async (jobs, deadline) => {
    const kept: EmailJob[] = [];
    const answers: Promise<void>[] = [];
    const done = (job: EmailJob, outcome: Outcome) => {
      const answered = answer(job, outcome).catch((error: unknown) => {
        telemetry.error('A message is left to its next receive', { ...job.row, outcome: outcome.kind, error });
        kept.push(job);
      });
      answers.push(answered, channel.onJobDone(job, outcome));
    };
    await deliver(jobs, channel, deps, { deadline, done });
    await Promise.all(answers);
    return kept;
  };

  /** A message that has done its work is deleted; one that has to wait is replaced by a delayed copy, so that no receive is used up. */
  async function answer(job: EmailJob, outcome: Outcome): Promise<void> {
    switch (outcome.kind) {
      case 'sent':
        return accepted(outcome.row.sendId, outcome.provider);
      case 'postponed':
        telemetry.count('Postponed');
        return queue.send([job.row], outcome.delayMs / 1000);
      case 'leased':
        return queue.send([job.row], (outcome.lease.leaseUntil + AFTER_LEASE_MS - clock.now()) / 1000);
      case 'missing':
        telemetry.count('Poison');
        throw new Error('The message names a row that is not in the ledger');
      case 'not-queued':
        throw new Error('The row is not queued');
      case 'fault':
        throw outcome.error;
      default:
        // The row ended, or another message is on its way for it.
        return;
    }
  }

  async function accepted(sendId: string, provider: string): Promise<void> {
    if (provider !== first) {
      telemetry.count('ProviderFallback');
      telemetry.warn('A fallback provider took an email', { sendId, provider, first });
    }
    try {
      await breakers.succeeded(provider);
    } catch (error) {
      telemetry.warn('A breaker could not be told', { provider, error });
    }
  }
}
