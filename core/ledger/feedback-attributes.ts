import type { Item } from '../dynamodb/table.ts';
import { FEEDBACK_KINDS, type FeedbackKind, type SendFeedback } from './send.ts';

/** Each kind has attributes of its own, written once. So events may come twice and in any order, and before the row is SENT. */
export const timeAttribute = (kind: FeedbackKind) => `${kind}At`;
export const diagnosticAttribute = (kind: FeedbackKind) => `${kind}Why`;

/** The strongest event of a row, such as the complaint about an email that was delivered. */
export function feedbackIn(item: Item): SendFeedback | undefined {
  const kind = FEEDBACK_KINDS.findLast((one) => typeof item[timeAttribute(one)] === 'string');
  if (kind === undefined) return undefined;
  const diagnostic = item[diagnosticAttribute(kind)];
  return { kind, at: String(item[timeAttribute(kind)]), ...(typeof diagnostic === 'string' && { diagnostic }) };
}
