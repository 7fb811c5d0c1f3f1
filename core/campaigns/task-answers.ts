import type { Clock } from '../clock.ts';
import type { Outcome } from '../delivery/job.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LedgerRow } from '../ledger/send.ts';
import type { Telemetry } from '../telemetry.ts';
import type { CampaignJob } from './channel.ts';
import { TASK_ERROR } from './messages.ts';
import type { Postpone, Postponed } from './postpone.ts';
import type { TaskTokens } from './task-tokens.ts';

export interface AnswerDeps {
  ledger: Pick<Ledger, 'addProgress'>;
  tokens: TaskTokens;
  postpone: Postpone;
  clock: Clock;
  telemetry: Telemetry;
}

interface Answered {
  job: CampaignJob;
  outcome: Outcome;
}

/** Outcomes are answered together when they lie this close: one progress update for all of them. */
const GATHER_MS = 300;
/** A message whose execution waits though its campaign looks ended: the look may be old. */
const RECHECK_MS = 5_000;

/** Answers what became of a batch's rows: progress first, then the tokens, then the delayed copies. */
export class CampaignAnswers {
  readonly #deps: AnswerDeps;
  readonly #kept: CampaignJob[] = [];
  #gathered: Answered[] = [];
  #answering: Promise<void> = Promise.resolve();
  readonly #ending = new AbortController();

  constructor(deps: AnswerDeps) {
    this.#deps = deps;
  }

  add(job: CampaignJob, outcome: Outcome): void {
    this.#gathered.push({ job, outcome });
    if (this.#gathered.length > 1) return;
    this.#answering = this.#answering.then(() => this.#gather()).then(() => this.#answer());
  }

  /** Answers the rest. The jobs whose messages must stay in the queue. */
  async end(): Promise<CampaignJob[]> {
    this.#ending.abort();
    await this.#answering;
    return this.#kept;
  }

  async #gather(): Promise<void> {
    const { signal } = this.#ending;
    await this.#deps.clock.sleep(GATHER_MS, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }

  async #answer(): Promise<void> {
    const group = this.#gathered;
    this.#gathered = [];
    if (group.length === 0) return;
    await this.#addProgress(group);
    const postponed: Postponed[] = [];
    await Promise.all(
      group.map(async ({ job, outcome }) => {
        try {
          const delayMs = await this.#answerOne(job, outcome);
          if (delayMs !== undefined) postponed.push({ job, delayMs });
        } catch (error) {
          this.#keep(job, 'A row could not be answered', error);
        }
      }),
    );
    if (postponed.length === 0) return;
    this.#deps.telemetry.count('Postponed', postponed.length);
    for (const job of await this.#deps.postpone(postponed)) this.#keep(job, 'A row could not be postponed');
  }

  async #addProgress(group: readonly Answered[]): Promise<void> {
    const { ledger, telemetry } = this.#deps;
    const sent = Map.groupBy(
      group.filter(({ outcome }) => outcome.kind === 'sent'),
      ({ job }) => job.row.batchId,
    );
    for (const [batchId, rows] of sent) {
      try {
        await ledger.addProgress(batchId, rows.length);
      } catch (error) {
        // Shown too low until the end's exact count; the rows themselves are recorded.
        telemetry.warn('Progress could not be added', { batchId, rows: rows.length, error });
      }
    }
  }

  /** Answers one row; milliseconds when it is to come back later. */
  async #answerOne(job: CampaignJob, outcome: Outcome): Promise<number | undefined> {
    const { tokens, telemetry } = this.#deps;
    const { taskToken } = job.message;
    switch (outcome.kind) {
      case 'sent':
        await tokens.succeed(taskToken, { messageId: outcome.messageId });
        return undefined;
      case 'already':
        await this.#answerEnded(taskToken, outcome.row);
        return undefined;
      case 'failed':
      case 'released':
        await tokens.fail(taskToken, taskErrorOf(outcome.error.class), outcome.error);
        return undefined;
      case 'not-queued':
        // Left over from before a redrive; should its execution wait all the same, it tries again.
        await tokens.fail(taskToken, TASK_ERROR.transient, {
          code: 'NotDelivered',
          message: 'The row was not queued when its message came.',
        });
        return undefined;
      case 'postponed':
        return outcome.delayMs;
      case 'ended':
        if (await tokens.isWaiting(taskToken)) return RECHECK_MS;
        telemetry.count('Dropped');
        return undefined;
      case 'missing':
        telemetry.count('Poison');
        this.#keep(job, 'A message names a row that is not in the ledger');
        return undefined;
      case 'leased':
        this.#keep(job, 'Another attempt holds the row');
        return undefined;
      default:
        this.#keep(job, 'A row is left to its next receive', outcome.error);
        return undefined;
    }
  }

  /** Whoever ended the row may not have been able to say so. */
  async #answerEnded(taskToken: string, row: LedgerRow): Promise<void> {
    const { tokens } = this.#deps;
    if (row.status === 'SENT' || !row.error) {
      await tokens.succeed(taskToken, { messageId: row.messageId ?? null });
      return;
    }
    // Never Transient: the row has ended, and trying again would only find that.
    const error = row.error.class === 'unconfirmed' ? TASK_ERROR.unconfirmed : TASK_ERROR.recipient;
    await tokens.fail(taskToken, error, row.error);
  }

  #keep(job: CampaignJob, why: string, error?: unknown): void {
    this.#kept.push(job);
    this.#deps.telemetry.warn(why, { ...job.row, ...(error === undefined ? {} : { error }) });
  }
}

const taskErrorOf = (errorClass: string) => {
  switch (errorClass) {
    case 'transient':
    case 'account':
    case 'unconfirmed':
      return TASK_ERROR[errorClass];
    default:
      return TASK_ERROR.recipient;
  }
};
