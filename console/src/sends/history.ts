import type { StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { SendDetail } from '../api/sends.ts';
import { wordsOf } from '../campaigns/errorWords.ts';
import { t } from '../i18n/texts.ts';
import { FEEDBACK_TYPES } from './feedbackTypes.ts';

/** Something that happened to a send. */
export interface HistoryItem {
  readonly id: string;
  readonly type: StatusIndicatorProps.Type;
  readonly text: string;
  /** ISO 8601. Null where the ledger keeps no time of it. */
  readonly at: string | null;
  readonly detail?: string | undefined;
}

/**
 * What happened to a send, in its order. The ledger keeps the number of attempts and the last one of them with its outcome, and the first
 * event of each kind.
 */
export function historyOf(send: SendDetail): readonly HistoryItem[] {
  const { status, attempts, createdAt, lastAttemptAt, feedbackEvents, error } = send;
  const texts = t.sends.history;
  const items: HistoryItem[] = [{ id: 'registered', type: 'info', text: texts.registered, at: createdAt }];
  // An operator has sent it again, so the error is not that of the last attempt.
  if (error !== null && status !== 'ERROR') {
    items.push({ id: 'before', type: 'warning', text: wordsOf(error.code).what, at: null, detail: error.message });
  }
  if (lastAttemptAt !== null) {
    const detail = attempts > 1 ? texts.onlyLast : undefined;
    items.push({ id: 'attempt', type: 'info', text: texts.attempt(attempts), at: lastAttemptAt, detail });
  }
  items.push(outcomeOf(send));
  for (const { kind, at, reason } of feedbackEvents) {
    items.push({ id: kind, type: FEEDBACK_TYPES[kind], text: t.sends.events[kind], at, detail: reason ?? undefined });
  }
  return items;
}

function outcomeOf({ status, provider, messageId, updatedAt, error }: SendDetail): HistoryItem {
  const texts = t.sends.history;
  switch (status) {
    case 'PENDING':
      return { id: 'outcome', type: 'pending', text: texts.waits, at: updatedAt };
    case 'QUEUED':
      return { id: 'outcome', type: 'in-progress', text: texts.queued, at: updatedAt };
    case 'SENT':
      return {
        id: 'outcome',
        type: 'success',
        text: provider === null ? t.sends.statuses.SENT : texts.accepted(provider),
        at: updatedAt,
        detail: messageId === null ? undefined : texts.messageId(messageId),
      };
    case 'ERROR':
      return {
        id: 'outcome',
        type: error?.class === 'unconfirmed' ? 'warning' : 'error',
        text: error === null ? t.sends.statuses.ERROR : wordsOf(error.code).what,
        at: updatedAt,
        detail: error?.message,
      };
  }
}
