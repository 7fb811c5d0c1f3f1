import { PregonError } from '../errors.ts';
import { batchKey, type EmailBatch, type EmailRow, rowsOf } from './batch.ts';
import type { EmailStore } from './store.ts';

/** One destination of a batch, as `GET /emails/{id}` answers it. */
export interface EmailView {
  batchId: string;
  from: string;
  subject: string;
  /** As first given. */
  recipient: string;
  /** True once a provider accepted it. */
  status: boolean;
  state: 'QUEUED' | 'SENT' | 'ERROR';
  /** Attempts that failed. */
  retries: number;
  /** The provider that accepted it, failed last or may have taken it; null before the first attempt. */
  provider: string | null;
  content: string;
  lastAttemptAt: string | null;
  /** Why it is in ERROR. */
  error?: { code: string; message: string; retryable: boolean };
}

/** DynamoDB's, for a partition key: it refuses to look for a longer one. */
const MAX_KEY_BYTES = 2048;

/** A batch's emails, known from the moment it was accepted. Throws NotFound. */
export async function viewEmails(store: EmailStore, batchId: string): Promise<EmailView[]> {
  const batch = Buffer.byteLength(batchKey(batchId).pk) <= MAX_KEY_BYTES ? await store.getBatch(batchId) : undefined;
  if (!batch) throw new PregonError('NotFound', `There is no email batch ${batchId}.`);
  return rowsOf(batch, await store.getRows(batch)).map((row) => viewOf(batch, row));
}

function viewOf(batch: EmailBatch, row: EmailRow): EmailView {
  return {
    batchId: batch.batchId,
    from: batch.from.email,
    subject: batch.subject,
    recipient: row.email,
    status: row.status === 'SENT',
    state: row.status === 'PENDING' ? 'QUEUED' : row.status,
    retries: row.retries,
    provider: row.provider ?? null,
    content: batch.plainContent,
    lastAttemptAt: row.lastAttemptAt ?? null,
    ...(row.error
      ? { error: { code: row.error.code, message: row.error.message, retryable: row.error.retryable } }
      : {}),
  };
}
