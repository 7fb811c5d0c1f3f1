import type { Outcome } from '../delivery/job.ts';
import { deliver } from '../delivery/pipeline.ts';
import type { DeliveryDeps } from '../delivery/steps.ts';
import { AFTER_LEASE_MS, createRequestChannel, type RequestChannelDeps, type RequestJob } from './channel.ts';

export type RequestDelivery = (jobs: readonly RequestJob[], deadline: number) => Promise<RequestJob[]>;

/** Delivers requests by the delivery core, and answers the jobs whose messages must stay in the queue. */
export function createRequestDelivery(
  deps: RequestChannelDeps &
    DeliveryDeps & {
      /** Milliseconds between two slots: what did not get one comes back one after the other. */
      spacingMs: number;
    },
): RequestDelivery {
  const { queue, clock, telemetry, spacingMs } = deps;
  const channel = createRequestChannel(deps);

  return async (jobs, deadline) => {
    const kept: RequestJob[] = [];
    const answers: Promise<void>[] = [];
    let postponed = 0;

    /** A message that has done its work is deleted; one that has to wait is replaced by a delayed copy: no receive is used up. */
    async function answer({ row: { batchId } }: RequestJob, outcome: Outcome): Promise<void> {
      switch (outcome.kind) {
        case 'postponed':
          telemetry.count('Postponed');
          postponed += 1;
          return queue.send(batchId, Math.max(1, outcome.delayMs + (postponed - 1) * spacingMs));
        case 'leased':
          return queue.send(batchId, outcome.lease.leaseUntil + AFTER_LEASE_MS - clock.now());
        case 'missing':
          telemetry.count('Poison');
          throw new Error('The message names a request that is not in the ledger');
        case 'fault':
          throw outcome.error;
        default:
          // It ended, or another message is on its way for it.
          return;
      }
    }

    const done = (job: RequestJob, outcome: Outcome) => {
      const answered = answer(job, outcome).catch((error: unknown) => {
        telemetry.error('A message is left to its next receive', { ...job.row, outcome: outcome.kind, error });
        kept.push(job);
      });
      answers.push(answered);
    };
    await deliver(jobs, channel, deps, { deadline, done });
    await Promise.all(answers);
    return kept;
  };
}
