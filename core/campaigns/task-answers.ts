import type { Clock } from '../clock.ts';
import { type Answers, MAX_QUEUED_MS, untilLeaseEnds } from '../delivery/answers.ts';
import type { Outcome } from '../delivery/channel.ts';
import { isTemporary, type PregonError } from '../errors.ts';
import type { Telemetry } from '../telemetry.ts';
import type { CampaignJob } from './channel.ts';
import type { CampaignCounters } from './counters.ts';
import {
  type BatchMessage,
  causeOf,
  type FailedRow,
  failedRowsCause,
  NOT_QUEUED,
  type RowMessage,
  rowsOf,
  type SendMessage,
  TASK_ERROR,
} from './messages.ts';
import type { Postpone, Postponed } from './postpone.ts';
import { answerRow } from './row-answer.ts';
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

/** What a copy of a message asks for, and when; undefined when the message is answered. */
type Copy = Pick<Postponed, 'message' | 'delayMs'> | undefined;

/** Outcomes within this time are answered together, with one progress update for all of them. */
const GATHER_MS = 300;
/** The execution waits although its campaign looks ended. The cached campaign may be old, so it is checked again after this time. */
const RECHECK_MS = 5_000;
/** An answer that did not reach Step Functions within its retries is given again by a delayed copy of the message. */
const BUSY_MS = 2_000;

/** A message that was put back this often has gone round for about an hour, because each time takes seconds. */
const MAX_POSTPONED = 1_000;

/**
 * Answers the rows of one invocation to their executions: first the progress, then the task tokens, then the delayed copies. A token is
 * answered once, when every row of its message is decided. The answer follows from the outcomes that the ledger holds, so it does not matter
 * which of several copies of a message gives it: the first one counts.
 */
export class TaskAnswers implements Answers<CampaignJob> {
  readonly #deps: TaskAnswersDeps;
  readonly #kept: CampaignJob[] = [];
  /** The outcomes so far of messages that have rows left, by message id. */
  readonly #open = new Map<string, Answered[]>();
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
    const copies: Postponed[] = [];
    await Promise.all(
      this.#complete(group).map(async (answered) => {
        const [{ job }] = answered;
        try {
          const copy = await this.#answerMessage(answered);
          if (copy) copies.push({ job, ...copy });
        } catch (error) {
          if (isTemporary(error) && !isWornOut(job.message, this.#deps.clock.now())) {
            copies.push({ job, message: job.message, delayMs: BUSY_MS });
          } else this.#keep(job, 'The message stays in the queue', error);
        }
      }),
    );
    if (copies.length === 0) return;
    const rows = copies.reduce((sum, { message }) => sum + rowsOf(message).length, 0);
    this.#deps.telemetry.count('Postponed', rows);
    for (const job of await this.#deps.postpone(copies)) this.#keep(job, 'A message could not be postponed');
  }

  /** Adds the outcomes to their messages. Returns those of each message that has an outcome for every row now. */
  #complete(group: readonly Answered[]): [Answered, ...Answered[]][] {
    const complete: [Answered, ...Answered[]][] = [];
    for (const answered of group) {
      const { messageId, message } = answered.job;
      const all: [Answered, ...Answered[]] = [answered, ...(this.#open.get(messageId) ?? [])];
      if (all.length < rowsOf(message).length) this.#open.set(messageId, all);
      else complete.push(all);
    }
    return complete;
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

  /** Answers a message whose rows all have outcomes. Rejects when it must stay in the queue. */
  async #answerMessage(answered: readonly [Answered, ...Answered[]]): Promise<Copy> {
    const { tokens, telemetry } = this.#deps;
    const [{ job, outcome }] = answered;
    const { message } = job;
    const blocked = answered.flatMap((one) => accountErrorOf(one.outcome) ?? [])[0];
    if (blocked) {
      await tokens.fail(message.taskToken, TASK_ERROR.account, causeOf(blocked));
      return undefined;
    }
    for (const one of answered) if (one.outcome.kind === 'fault') throw one.outcome.error;
    const isEnded = answered.some((one) => one.outcome.kind === 'ended');
    if (isEnded && !(await tokens.isWaiting(message.taskToken))) {
      telemetry.count('Dropped', answered.length);
      return undefined;
    }
    return 'rows' in message ? this.#answerBatch(message, answered) : this.#answerRow(message, outcome);
  }

  async #answerBatch(message: BatchMessage, answered: readonly Answered[]): Promise<Copy> {
    const { tokens, clock } = this.#deps;
    const failed = [...(message.failed ?? [])];
    const waiting: { row: number; delayMs: number }[] = [];
    for (const { job, outcome } of answered) {
      const row = job.row.rowNumber;
      const delayMs = delayOf(outcome, clock.now());
      if (delayMs !== undefined) waiting.push({ row, delayMs });
      const reason = this.#failureOf(outcome);
      if (reason) failed.push({ row, code: reason.code, message: reason.message });
    }
    if (waiting.length > 0 && isWornOut(message, clock.now())) {
      this.#reportWornOut(message);
      for (const { row } of waiting) failed.push({ row, ...wornOut(message) });
    } else if (waiting.length > 0) {
      const rows = waiting.map(({ row }) => row).sort((a, b) => a - b);
      return { message: { ...message, rows, failed }, delayMs: Math.min(...waiting.map(({ delayMs }) => delayMs)) };
    }
    failed.sort((a, b) => a.row - b.row);
    if (failed.length > 0) await tokens.fail(message.taskToken, TASK_ERROR.transient, failedRowsCause(failed));
    else await tokens.succeed(message.taskToken, { rows: answered.map(summaryOf).sort((a, b) => a.row - b.row) });
    return undefined;
  }

  /** Why a row failed that may succeed in another try; undefined for other outcomes. */
  #failureOf(outcome: Outcome): Pick<FailedRow, 'code' | 'message'> | undefined {
    if (outcome.kind === 'released') return outcome.error;
    if (outcome.kind === 'not-queued') return outcome.row.failedTry ?? NOT_QUEUED;
    if (outcome.kind !== 'missing') return undefined;
    this.#deps.telemetry.count('Poison');
    return { code: 'NotDelivered', message: 'The row or its content is not in the ledger.' };
  }

  /** Answers a message of an earlier release. */
  async #answerRow(message: RowMessage, outcome: Outcome): Promise<Copy> {
    const { tokens, clock, telemetry } = this.#deps;
    if (outcome.kind === 'missing') telemetry.count('Poison');
    const delayMs = delayOf(outcome, clock.now());
    if (delayMs === undefined) await answerRow(tokens, message, outcome);
    else if (!isWornOut(message, clock.now())) return { message, delayMs };
    else {
      this.#reportWornOut(message);
      await tokens.fail(message.taskToken, TASK_ERROR.transient, causeOf(wornOut(message)));
    }
    return undefined;
  }

  /** The workflow makes a new message, or ends the rows after its last retry. */
  #reportWornOut({ batchId, postponed = 0 }: SendMessage): void {
    this.#deps.telemetry.error('A message came back too often', { batchId, postponed });
  }

  #keep(job: CampaignJob, why: string, error?: unknown): void {
    this.#kept.push(job);
    const { messageId, row } = job;
    this.#deps.telemetry.warn(why, { messageId, ...row, ...(error === undefined ? {} : { error }) });
  }
}

const wornOut = ({ postponed = 0 }: SendMessage) => ({
  code: 'NotDelivered',
  message: `The row's message was put back ${postponed} times and was not sent.`,
});

const isWornOut = ({ postponed = 0, queuedAt }: SendMessage, now: number): boolean =>
  postponed >= MAX_POSTPONED || (queuedAt !== undefined && now - queuedAt > MAX_QUEUED_MS);

/** How long a row waits that is not decided; undefined for one that is. */
function delayOf(outcome: Outcome, now: number): number | undefined {
  if (outcome.kind === 'postponed') return outcome.delayMs;
  if (outcome.kind === 'leased') return untilLeaseEnds(outcome.lease, now);
  return outcome.kind === 'ended' ? RECHECK_MS : undefined;
}

const accountErrorOf = (outcome: Outcome): PregonError | undefined =>
  outcome.kind === 'released' && outcome.error.class === 'account' ? outcome.error : undefined;

/** A row of the answer, for those who look at the execution. */
function summaryOf({ job, outcome }: Answered) {
  const row = job.row.rowNumber;
  if (outcome.kind === 'sent') return { row, status: 'SENT', messageId: outcome.messageId };
  if (outcome.kind === 'failed') return { row, status: 'ERROR', code: outcome.error.code };
  if (outcome.kind !== 'already') return { row };
  const { status, messageId, error } = outcome.row;
  return { row, status, ...(messageId !== undefined && { messageId }), ...(error && { code: error.code }) };
}
