import type { Lease } from '../ledger/send.ts';
import type { Telemetry } from '../telemetry.ts';
import type { Job, Outcome } from './channel.ts';

/** Answers the outcomes of one batch: to the queue, and to whoever waits for a row. */
export interface Answers<J extends Job> {
  /** Takes an outcome and answers it in the background. */
  add(job: J, outcome: Outcome): void;
  /** Waits for the answers. Resolves to the jobs whose messages must stay in the queue. */
  end(): Promise<J[]>;
}

/**
 * Answers each outcome on its own. A message whose answer rejects stays in the queue, and so does one whose row is missing or whose
 * delivery failed unexpectedly.
 */
export function answerEach<J extends Job>(
  telemetry: Telemetry,
  answer: (job: J, outcome: Outcome) => Promise<void>,
): Answers<J> {
  const kept: J[] = [];
  const answers: Promise<void>[] = [];

  async function answerOne(job: J, outcome: Outcome): Promise<void> {
    await answer(job, outcome);
    if (outcome.kind === 'fault') throw outcome.error;
    if (outcome.kind === 'missing') {
      telemetry.count('Poison');
      throw new Error('The message names a row that is not in the ledger');
    }
  }

  return {
    add(job, outcome) {
      const answered = answerOne(job, outcome).catch((error: unknown) => {
        telemetry.error('The message stays in the queue', { ...job.row, outcome: outcome.kind, error });
        kept.push(job);
      });
      answers.push(answered);
    },
    async end() {
      await Promise.all(answers);
      return kept;
    },
  };
}

/** Whoever retries this long after a lease's end finds it expired, in spite of clocks that differ. */
const AFTER_LEASE_MS = 3_000;

/** Milliseconds until a row that another attempt holds is worth another receive. */
export const untilLeaseEnds = ({ leaseUntil }: Lease, now: number): number => leaseUntil + AFTER_LEASE_MS - now;

/**
 * A row whose messages come back for longer than this ends in ERROR as NotDelivered. Lambda would stop such a loop after some 16 passes, but
 * the workers allow loops, because a row may wait for its slot that often.
 */
export const MAX_QUEUED_MS = 24 * 60 * 60_000;
