import type { Item } from '../dynamodb/table.ts';
import { FEEDBACK_KINDS, type FeedbackKind, type SendFeedback } from './send.ts';

/** Each kind has attributes of its own, written once. So events may come twice and in any order, and before the row is SENT. */
export const timeAttribute = (kind: FeedbackKind) => `${kind}At`;
export const diagnosticAttribute = (kind: FeedbackKind) => `${kind}Why`;

/** The events of a row from the weakest to the strongest, such as the complaint about an email that was delivered. */
export const feedbackIn = (item: Item): SendFeedback[] =>
  FEEDBACK_KINDS.flatMap((kind) => {
    const at = item[timeAttribute(kind)];
    const diagnostic = item[diagnosticAttribute(kind)];
    return typeof at === 'string' ? [{ kind, at, ...(typeof diagnostic === 'string' && { diagnostic }) }] : [];
  });
