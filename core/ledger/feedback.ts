import type { UpdateOutcome } from '../dynamodb/shared-updates.ts';
import type { DynamoTable } from '../dynamodb/table.ts';
import type { Evidence } from './evidence.ts';
import { diagnosticAttribute, timeAttribute } from './feedback-attributes.ts';
import { toRow } from './item.ts';
import { stateKey } from './keys.ts';
import type { FeedbackKind, LedgerRow, Send } from './send.ts';
import { getRows, type LedgerTable, type RowId } from './transitions.ts';

/** An event about the email of a row. `at` is ISO 8601, UTC, with milliseconds. */
export interface RowFeedback {
  kind: FeedbackKind;
  at: string;
  diagnostic?: string;
  /** That the provider had accepted the message. */
  evidence?: Evidence;
}

/** The row after the event, and whether the event is the first of its kind. The row is undefined when there is none. */
export interface RecordedFeedback {
  row: LedgerRow | undefined;
  isFirst: boolean;
}

/**
 * Adds an event to a row. Costs one write unit and no write of an index. A row whose address was erased gets no diagnostic, which may name
 * the address.
 */
export async function recordFeedback(table: LedgerTable, id: RowId, event: RowFeedback): Promise<RecordedFeedback> {
  const { kind, at, diagnostic, evidence } = event;
  const values = [
    at,
    ...(diagnostic === undefined ? [] : [diagnostic]),
    ...(evidence ? [evidence.leaseId, evidence.messageId] : []),
  ];
  const outcome = await table.feedback.update({
    key: stateKey(id.batchId, id.rowNumber),
    update:
      `SET "${timeAttribute(kind)}" = ?` +
      (diagnostic === undefined ? '' : ` SET "${diagnosticAttribute(kind)}" = ?`) +
      (evidence ? ' SET "acceptedLeaseId" = ? SET "acceptedMessageId" = ?' : ''),
    condition: `"${timeAttribute(kind)}" IS MISSING${diagnostic === undefined ? '' : ' AND "erasedAt" IS MISSING'}`,
    values,
  });
  if ('refused' in outcome && diagnostic !== undefined && outcome.refused?.erasedAt !== undefined) {
    const { diagnostic: _diagnostic, ...rest } = event;
    return recordFeedback(table, id, rest);
  }
  return { row: rowIn(outcome), isFirst: 'updated' in outcome };
}

function rowIn(outcome: UpdateOutcome): LedgerRow | undefined {
  const item = 'updated' in outcome ? outcome.updated : outcome.refused;
  return item && toRow(item);
}

/**
 * Keeps the proof that an attempt was accepted, while the attempt still holds its row: the worker may die before it records the outcome.
 * Resolves to the row, or to undefined when the attempt does not hold it.
 */
export async function keepEvidence(
  table: LedgerTable,
  id: RowId,
  { leaseId, messageId }: Evidence,
): Promise<LedgerRow | undefined> {
  const outcome = await table.feedback.update({
    key: stateKey(id.batchId, id.rowNumber),
    update: 'SET "acceptedLeaseId" = ? SET "acceptedMessageId" = ?',
    condition: '"leaseId" = ?',
    values: [leaseId, messageId, leaseId],
  });
  return 'updated' in outcome ? toRow(outcome.updated) : undefined;
}

/** What was heard of a send. */
export type Heard = Pick<Send, 'feedback' | 'feedbackEvents'>;

/** Rows of one BatchGetItem. */
const MAX_ROWS = 100;

/** Adds to sends what was heard of them: lists come from an index, which does not hold it. Sends that were not tried have none. */
export async function withFeedback<S extends Send>(table: DynamoTable, sends: readonly S[]): Promise<S[]> {
  const tried = sends.filter(({ attempts, feedback }) => attempts > 0 && feedback === undefined);
  const heard = new Map<string, Heard>();
  for (let at = 0; at < tried.length; at += MAX_ROWS) {
    for (const { sendId, feedback, feedbackEvents } of (
      await getRows(table, tried.slice(at, at + MAX_ROWS))
    ).values()) {
      if (feedback && feedbackEvents) heard.set(sendId, { feedback, feedbackEvents });
    }
  }
  return sends.map((send) => ({ ...send, ...heard.get(send.sendId) }));
}

/** The kind as clients see it, such as `SOFT_BOUNCED`. */
export const feedbackName = (kind: FeedbackKind): string => kind.replace(/[A-Z]/g, '_$&').toUpperCase();
