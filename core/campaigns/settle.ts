import { isoNow } from '../clock.ts';
import { PregonError } from '../errors.ts';
import { forEachConcurrently } from '../for-each.ts';
import type { CampaignRecord } from './campaign.ts';
import type { CampaignDeps } from './deps.ts';
import type { SettleInput, SettleOutput } from './messages.ts';
import { redrivenUpdate } from './outcome.ts';
import { prepareRetry } from './retry.ts';
import type { RetryFile } from './retry-file.ts';
import { finalCountsOf, type Tally, tallyWithoutLeases } from './tally.ts';

export type SettleDeps = Pick<CampaignDeps, 'store' | 'ledger' | 'counters' | 'clock' | 'telemetry'> & {
  retryFile: RetryFile;
};

/**
 * The last state of a campaign. In a redrive it first moves the rows to send again back to PENDING and returns the file that lists them.
 * Otherwise it counts the rows and writes the counts. Throws CampaignIncomplete while rows are left that a redrive or a decision can end.
 */
export async function settle(deps: SettleDeps, input: SettleInput): Promise<SettleOutput> {
  const { batchId, redriveCount, retryRound } = input;
  const record = await recordOf(deps, input);

  const before = await tallyWithoutLeases(deps, batchId);
  const redriven = redriveCount > retryRound;
  if (redriven) {
    const retryKey = await prepareRetry(deps, record, input);
    if (retryKey) return { batchId, counts: before.counts, retryKey };
  }
  const changed = await endForgotten(deps, record, before);
  // Rows that were accepted or forgotten now count differently.
  const result = redriven || changed ? await tallyWithoutLeases(deps, batchId) : before;
  await writeEnd(deps, record, input, result);
  if (result.retryable > 0) deps.telemetry.count('NotDelivered', result.retryable);
  if (result.unconfirmed + result.retryable > 0) {
    deps.telemetry.count('CampaignIncomplete');
    throw new PregonError('CampaignIncomplete', incomplete(result));
  }
  return { batchId, counts: result.counts };
}

/** The record, updated for a redrive that was made elsewhere and is not recorded yet. */
async function recordOf(
  deps: SettleDeps,
  { batchId, redriveCount, redriveTime }: SettleInput,
): Promise<CampaignRecord> {
  const record = await deps.store.get(batchId);
  if (!record) throw new PregonError('Internal', `There is no record of campaign ${batchId}.`);
  if (record.redriveCount >= redriveCount) return record;
  const redriven = await deps.store.update(batchId, {
    ...redrivenUpdate(record, redriveCount, redriveTime ?? record.finishedAt ?? record.createdAt),
    ifRedriveCountAtMost: redriveCount - 1,
  });
  return redriven ?? record;
}

/** Every child of SendRows has ended, so a row that is still PENDING or QUEUED was forgotten. It is reported and ended, never sent. */
async function endForgotten(deps: SettleDeps, { batchId, enqueued }: CampaignRecord, before: Tally): Promise<boolean> {
  const total = Object.values(before.counts).reduce((sum, count) => sum + count, 0);
  if (total !== enqueued) {
    deps.telemetry.error('The ledger does not hold every row of the campaign', { batchId, enqueued, rows: total });
    deps.telemetry.count('RowsLeftBehind', Math.abs(enqueued - total));
    throw new PregonError('CampaignIncomplete', `The ledger holds ${total} rows of ${enqueued}.`);
  }
  if (before.open.length === 0) return false;
  const rows = before.open.slice(0, 100);
  deps.telemetry.error('The workflow left rows behind', { batchId, count: before.open.length, rows });
  deps.telemetry.count('RowsLeftBehind', before.open.length);
  await forEachConcurrently(64, before.open, (rowNumber) => deps.ledger.markForgotten({ batchId, rowNumber }));
  return true;
}

async function writeEnd(deps: SettleDeps, record: CampaignRecord, input: SettleInput, result: Tally): Promise<void> {
  const { batchId } = record;
  const done = result.unconfirmed + result.retryable === 0;
  const finishedAt = isoNow(deps.clock);
  // Before the record, by which readers know that it is complete.
  await deps.counters.setBreakdown(batchId, result.breakdown);
  const written = await deps.store.update(batchId, {
    set: {
      finalCounts: finalCountsOf(result),
      redriveCount: input.redriveCount,
      ...(done && { status: 'SUCCEEDED' as const, finishedAt }),
    },
    ...(done && { remove: ['reason', 'accountError', 'nextRetryAt'] as const }),
    ifRedriveCountAtMost: input.redriveCount,
  });
  if (written) await deps.counters.setExact(batchId, finalCountsOf(result));
}

function incomplete({ retryable, unconfirmed }: Tally): string {
  const rows = (count: number) => `${count} ${count === 1 ? 'row' : 'rows'}`;
  const parts = [
    ...(retryable > 0 ? [`${rows(retryable)} in ERROR can be sent by a redrive`] : []),
    ...(unconfirmed > 0
      ? [`${rows(unconfirmed)} unconfirmed: a redrive must say whether to resend or accept them`]
      : []),
  ];
  return `${parts.join('; ')}.`;
}
