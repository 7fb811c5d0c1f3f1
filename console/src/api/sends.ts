import { ApiError } from './call.ts';
import { askProduct } from './product.ts';

/** One row of a campaign, as GraphQL's EmailSend. */
export interface RowState {
  readonly rowNumber: number;
  readonly email: string;
  readonly subject: string;
  readonly status: 'PENDING' | 'QUEUED' | 'SENT' | 'ERROR';
  readonly attempts: number;
  readonly error: { readonly code: string; readonly class: string; readonly message: string } | null;
}

const FIELDS = 'rowNumber email subject status attempts error { code class message }';
/** One send costs some 20 points of the 30,000 that a query may cost. */
const PER_QUERY = 250;

/** The states of some rows, by their number. Rows that are not registered are missing. */
export async function getRows(
  batchId: string,
  rows: readonly number[],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, RowState>> {
  const found = new Map<number, RowState>();
  for (let at = 0; at < rows.length; at += PER_QUERY) {
    const ids = rows.slice(at, at + PER_QUERY).map((row) => `${batchId}-${row}`);
    const sends = ids.map((id, index) => `s${index}: send(sendId: ${JSON.stringify(id)}) { ${FIELDS} }`);
    const answer = await askGraphql<Record<string, RowState | null>>(`{ ${sends.join(' ')} }`, signal);
    for (const row of Object.values(answer)) if (row !== null) found.set(row.rowNumber, row);
  }
  return found;
}

export const FEEDBACK_KINDS = [
  'DELAYED',
  'SOFT_BOUNCED',
  'DELIVERED',
  'UNSUBSCRIBED',
  'REJECTED',
  'BOUNCED',
  'COMPLAINED',
] as const;
export type FeedbackKind = (typeof FEEDBACK_KINDS)[number];

/** What was heard of an email after it was sent. */
export interface FeedbackEvent {
  readonly kind: FeedbackKind;
  readonly at: string;
  readonly reason: string | null;
}

/** One send of any channel, with what is known about it. Times are ISO 8601. */
export interface SendDetail extends RowState {
  readonly sendId: string;
  readonly batchId: string;
  readonly channel: string;
  readonly provider: string | null;
  readonly messageId: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly lastAttemptAt: string | null;
  /** The first of each kind, in the order of their times. */
  readonly feedbackEvents: readonly FeedbackEvent[];
}

const LISTED_FIELDS = `sendId batchId channel provider messageId createdAt updatedAt lastAttemptAt ${FIELDS}`;
const DETAIL_FIELDS = `${LISTED_FIELDS} feedbackEvents { kind at reason }`;

/** Undefined when there is no such send. */
export async function getSend(sendId: string, signal: AbortSignal): Promise<SendDetail | undefined> {
  const query = `{ send(sendId: ${JSON.stringify(sendId)}) { ${DETAIL_FIELDS} } }`;
  return (await askGraphql<{ send: SendDetail | null }>(query, signal)).send ?? undefined;
}

export type ListedSend = Omit<SendDetail, 'feedbackEvents'>;

/** The newest sends to an address, in every channel. */
export async function findSends(email: string, limit: number, signal: AbortSignal): Promise<readonly ListedSend[]> {
  const query = `{ listEmailStatus(email: ${JSON.stringify(email)}, limit: ${limit}) { ${LISTED_FIELDS} } }`;
  return (await askGraphql<{ listEmailStatus: ListedSend[] }>(query, signal)).listEmailStatus;
}

async function askGraphql<T>(query: string, signal: AbortSignal): Promise<T> {
  const response = await askProduct('/graphql', { method: 'POST', body: { query }, signal });
  const { data, errors } = (await response.json()) as { data?: T; errors?: readonly { message: string }[] };
  if (data === undefined) throw new ApiError('Error', errors?.[0]?.message ?? 'GraphQL gave no data', response.status);
  return data;
}
