import { local } from '../frame/local.ts';
import { ApiError } from './call.ts';

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

/** The emails of a batch, from the product's API. Undefined when there is no such batch. */
export async function getEmails(batchId: string, signal: AbortSignal): Promise<readonly Email[] | undefined> {
  let response: Response;
  try {
    response = await fetch(`/emails/${encodeURIComponent(batchId)}`, {
      headers: { authorization: `Bearer ${local?.apiKey ?? ''}` },
      signal,
    });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ApiError('NoAnswer', 'The local stack does not answer. Is it still running?', 0);
  }
  if (response.status === 404) return undefined;
  const text = await response.text();
  if (!response.ok)
    throw new ApiError('Error', `The API answered ${response.status}: ${text.slice(0, 200)}`, response.status);
  return (JSON.parse(text) as { data: { emails: readonly Email[] } }).data.emails;
}
