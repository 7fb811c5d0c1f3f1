import { forEachConcurrently } from '../for-each.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { RowState } from '../ledger/scan.ts';
import { type CampaignRecord, campaignPrefix, type UnconfirmedPolicy } from './campaign.ts';
import type { SettleInput } from './messages.ts';
import type { RetryFile } from './retry-file.ts';
import { isOpenUnconfirmed, isRetryable } from './tally.ts';

/** Row updates at the same time. */
const CONCURRENCY = 64;
/** Of retryable rows, which share calls of 25 and may be millions. */
const RETRY_CONCURRENCY = 400;
/** RedriveExecution follows its request within the time of the function that makes both. A later redrive is another one. */
const REQUEST_VALID_MS = 32_000;
/** The clock of Step Functions may be behind. */
const CLOCK_SKEW_MS = 2_000;

/**
 * Prepares the rows that a redrive sends again: writes their list to a file, then moves each of them from ERROR back to PENDING. Resolves
 * to the file's key, or to undefined when there is nothing to send again. A repeated call writes the same list and changes nothing.
 */
export async function prepareRetry(
  deps: { ledger: Ledger; retryFile: RetryFile },
  record: CampaignRecord,
  input: SettleInput,
): Promise<string | undefined> {
  const { batchId, createdAt } = record;
  const policy = policyOf(record, input);
  const retry: number[] = [];
  const resend: number[] = [];
  const accept: number[] = [];
  const left: number[] = [];
  const moved = await movedBefore(deps.retryFile, record, input);
  await deps.ledger.scanBatch(batchId, (row) => {
    if (isRetryable(row)) retry.push(row.rowNumber);
    else if (isOpenUnconfirmed(row) && policy === 'resend') resend.push(row.rowNumber);
    else if (isOpenUnconfirmed(row) && policy === 'accept') accept.push(row.rowNumber);
    else if (isWaiting(row) && moved.has(row.rowNumber)) left.push(row.rowNumber);
  });
  await forEachConcurrently(CONCURRENCY, accept, (rowNumber) => deps.ledger.accept({ batchId, rowNumber }));

  const key = keyOf(record, input.redriveCount);
  const found = [...retry, ...resend, ...left].sort((a, b) => a - b);
  const listed = found.length > 0 ? await deps.retryFile.write(key, record, found) : await deps.retryFile.read(key);
  if (!listed) return undefined;
  const inList = new Set(listed);
  const among = (rows: number[]) => rows.filter((row) => inList.has(row));
  await forEachConcurrently(RETRY_CONCURRENCY, among(retry), (rowNumber) =>
    deps.ledger.requeue({ batchId, rowNumber, createdAt }),
  );
  await forEachConcurrently(CONCURRENCY, among(resend), (rowNumber) => deps.ledger.resend({ batchId, rowNumber }));
  return key;
}

const keyOf = ({ batchId, uploadId }: CampaignRecord, redriveCount: number) =>
  `${campaignPrefix(batchId, uploadId)}/retry/${redriveCount}.csv`;

/** Rows of lists that were never sent, because an earlier Settle moved them back and then failed. */
async function movedBefore(retryFile: RetryFile, record: CampaignRecord, input: SettleInput): Promise<Set<number>> {
  const rows = new Set<number>();
  for (let redrive = input.retryRound + 1; redrive < input.redriveCount; redrive += 1) {
    for (const row of (await retryFile.read(keyOf(record, redrive))) ?? []) rows.add(row);
  }
  return rows;
}

const isWaiting = ({ status, lease }: RowState) => status === 'PENDING' && lease === undefined;

/** The policy that was requested for this very redrive. A redrive made elsewhere, or later, has none. */
export function policyOf({ redriveRequest }: CampaignRecord, input: SettleInput): UnconfirmedPolicy | undefined {
  if (redriveRequest?.forRedrive !== input.redriveCount || !input.redriveTime) return undefined;
  const after = Date.parse(input.redriveTime) - redriveRequest.requestedAt;
  const isItsOwn = after >= -CLOCK_SKEW_MS && after <= REQUEST_VALID_MS;
  return isItsOwn ? redriveRequest.unconfirmed : undefined;
}
