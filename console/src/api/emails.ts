import { getProduct } from './product.ts';

/** One destination of a call of `POST /emails/send`. */
export interface Email {
  readonly batchId: string;
  readonly from: string;
  readonly subject: string;
  readonly recipient: string;
  readonly state: 'QUEUED' | 'SENT' | 'ERROR';
  /** Attempts that failed. */
  readonly retries: number;
  readonly provider: string | null;
  readonly content: string;
  /** ISO 8601. */
  readonly lastAttemptAt: string | null;
  readonly error?: { readonly code: string; readonly message: string; readonly retryable: boolean };
}

/** The emails of a batch. Undefined when there is no such batch. */
export async function getEmails(batchId: string, signal: AbortSignal): Promise<readonly Email[] | undefined> {
  const path = `/emails/${encodeURIComponent(batchId)}`;
  return (await getProduct<{ data: { emails: readonly Email[] } }>(path, signal))?.data.emails;
}
