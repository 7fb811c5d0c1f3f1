import type { Clock } from '../clock.ts';
import { type Answers, MAX_QUEUED_MS, untilLeaseEnds } from '../delivery/answers.ts';
import type { Outcome } from '../delivery/channel.ts';
import { type ErrorClass, isTemporary } from '../errors.ts';
import type { LedgerRow } from '../ledger/send.ts';
import type { Telemetry } from '../telemetry.ts';
import type { CampaignJob } from './channel.ts';
import type { CampaignCounters } from './counters.ts';
import { type SendMessage, TASK_ERROR } from './messages.ts';
import type { Postpone, Postponed } from './postpone.ts';
import type { TaskTokens } from './task-tokens.ts';

export interface TaskAnswersDeps {
  counters: Pick<CampaignCounters, 'addSent'>;
  tokens: TaskTokens;
  postpone: Postpone;
  clock: Clock;
  telemetry: Telemetry;
}

interface Answered {
  job: CampaignJob;
  outcome: Outcome;
}

/** Outcomes within this time are answered together, with one progress update for all of them. */
const GATHER_MS = 300;
/** The execution waits although its campaign looks ended. The cached campaign may be old, so it is checked again after this time. */
const RECHECK_MS = 5_000;
/** An answer that did not reach Step Functions within its retries is given again by a delayed copy of the message. */
const BUSY_MS = 2_000;

/** A message that was put back this often has gone round for about an hour, because each time takes seconds. */
const MAX_POSTPONED = 1_000;

/** Answers the rows of one batch to their executions: first the progress, then the task tokens, then the delayed copies. */
export class TaskAnswers implements Answers<CampaignJob> {
  readonly #deps: TaskAnswersDeps;
  readonly #kept: CampaignJob[] = [];
  #gathered: Answered[] = [];
  #answering: Promise<void> = Promise.resolve();
  readonly #ending = new AbortController();

  constructor(deps: TaskAnswersDeps) {
    this.#deps = deps;
  }

  add(job: CampaignJob, outcome: Outcome): void {
    this.#gathered.push({ job, outcome });
    if (this.#gathered.length > 1) return;
    this.#answering = this.#answering.then(() => this.#gather()).then(() => this.#answer());
  }

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
          if (delayMs === undefined) return;
          if (isWornOut(job.message, this.#deps.clock.now())) await this.#giveUp(job);
          else postponed.push({ job, delayMs });
        } catch (error) {
          if (isTemporary(error) && !isWornOut(job.message, this.#deps.clock.now())) {
            postponed.push({ job, delayMs: BUSY_MS });
          } else this.#keep(job, 'The message stays in the queue', error);
        }
      }),
    );
    if (postponed.length === 0) return;
    this.#deps.telemetry.count('Postponed', postponed.length);
    for (const job of await this.#deps.postpone(postponed)) this.#keep(job, 'A row could not be postponed');
  }

  async #addProgress(group: readonly Answered[]): Promise<void> {
    const { counters, telemetry } = this.#deps;
    const sent = Map.groupBy(
      group.filter(({ outcome }) => outcome.kind === 'sent'),
      ({ job }) => job.row.batchId,
    );
    for (const [batchId, rows] of sent) {
      try {
        await counters.addSent(batchId, rows.length);
      } catch (error) {
        // The rows are recorded. Only the progress is too low, until the exact count at the campaign's end.
        telemetry.warn('Progress could not be added', { batchId, rows: rows.length, error });
      }
    }
  }

  /** Answers one row. Resolves to the delay in milliseconds when the row needs a delayed copy; rejects when its message must stay. */
  async #answerOne(job: CampaignJob, outcome: Outcome): Promise<number | undefined> {
    const { tokens, clock, telemetry } = this.#deps;
    const { taskToken } = job.message;
    switch (outcome.kind) {
      case 'sent':
        await tokens.succeed(taskToken, { messageId: outcome.messageId });
        break;
      case 'already':
        await this.#answerEnded(taskToken, outcome.row);
        break;
      case 'failed':
      case 'released':
        await tokens.fail(taskToken, taskErrorOf(outcome.error.class), outcome.error);
        break;
      case 'not-queued':
        // The message is from before a redrive. If its execution still waits, it retries.
        await tokens.fail(taskToken, TASK_ERROR.transient, {
          code: 'NotDelivered',
          message: 'The row was not queued when its message arrived.',
        });
        break;
      case 'postponed':
        return outcome.delayMs;
      case 'leased':
        return untilLeaseEnds(outcome.lease, clock.now());
      case 'ended':
        if (await tokens.isWaiting(taskToken)) return RECHECK_MS;
        telemetry.count('Dropped');
        break;
      case 'missing':
        telemetry.count('Poison');
        throw new Error('The message names a row that is not in the ledger');
      default:
        throw outcome.error;
    }
    return undefined;
  }

  /** Ends a message that has come back too often. The workflow makes a new one, or ends the row after its last retry. */
  async #giveUp({ row, message: { taskToken, postponed = 0 } }: CampaignJob): Promise<void> {
    const { tokens, telemetry } = this.#deps;
    telemetry.error('A message came back too often', { ...row, postponed });
    await tokens.fail(taskToken, TASK_ERROR.transient, {
      code: 'NotDelivered',
      message: `The row's message was put back ${postponed} times and was not sent.`,
    });
  }

  /** The attempt that ended the row may have died before it answered. */
  async #answerEnded(taskToken: string, row: LedgerRow): Promise<void> {
    const { tokens } = this.#deps;
    if (row.status === 'SENT' || !row.error) {
      await tokens.succeed(taskToken, { messageId: row.messageId ?? null });
      return;
    }
    // Never Transient: the row is final, so a retry would change nothing.
    const error = row.error.class === 'unconfirmed' ? TASK_ERROR.unconfirmed : TASK_ERROR.recipient;
    await tokens.fail(taskToken, error, row.error);
  }

  #keep(job: CampaignJob, why: string, error?: unknown): void {
    this.#kept.push(job);
    this.#deps.telemetry.warn(why, { ...job.row, ...(error === undefined ? {} : { error }) });
  }
}

const isWornOut = ({ postponed = 0, queuedAt }: SendMessage, now: number): boolean =>
  postponed >= MAX_POSTPONED || (queuedAt !== undefined && now - queuedAt > MAX_QUEUED_MS);

const taskErrorOf = (errorClass: ErrorClass) =>
  errorClass === 'transient' || errorClass === 'account' || errorClass === 'unconfirmed'
    ? TASK_ERROR[errorClass]
    : TASK_ERROR.recipient;
