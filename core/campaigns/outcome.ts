import { type CampaignRecord, type CampaignStatus, hasEnded } from './campaign.ts';
import { nextRetryAtOf } from './daily-quota.ts';
import type { CampaignDeps } from './deps.ts';
import { type ExecutionState, reasonOf } from './executions.ts';
import { finalCountsOf, type Tally, tallyIfQuiet, tallyWithoutLeases } from './tally.ts';

type Deps = Pick<CampaignDeps, 'store' | 'ledger' | 'counters' | 'clock' | 'telemetry'>;

/** This long after an end is recorded, no worker sends on an older state any more. */
const QUIET_MS = 3_000;
/** A larger batch is not counted while a caller waits for the answer. */
const COUNT_INLINE_ROWS = 20_000;

/** Updates a campaign's record from the state of its execution. A state from before the last redrive changes nothing. */
export async function applyExecution(
  deps: Deps,
  record: CampaignRecord,
  state: ExecutionState,
): Promise<CampaignRecord> {
  if (state.redriveCount < record.redriveCount) return record;
  if (state.status === 'RUNNING') return applyRunning(deps, record, state);
  if (record.redrivenAt && state.stoppedAt && state.stoppedAt < record.redrivenAt) return record;
  if (hasEnded(record) && record.redriveCount === state.redriveCount) return record;
  // Read again, because a worker may have written why the account cannot send after the record was read.
  const latest = state.status === 'SUCCEEDED' ? record : await current(deps, record);
  const reason = state.status === 'SUCCEEDED' ? undefined : endReason(latest, state);
  const nextRetryAt = state.status === 'FAILED' ? nextRetryAtOf(latest) : undefined;
  const now = deps.clock.now();
  const ended = await deps.store.update(record.batchId, {
    set: {
      status: state.status,
      redriveCount: state.redriveCount,
      finishedAt: state.stoppedAt ?? new Date(now).toISOString(),
      endSeenAt: now,
      ...(record.startedAt === undefined && state.startedAt !== undefined && { startedAt: state.startedAt }),
      ...(reason !== undefined && { reason }),
      ...(nextRetryAt !== undefined && { nextRetryAt }),
    },
    remove: [
      ...(reason === undefined ? (['reason'] as const) : []),
      // The key of an earlier stop. `stopCampaign` adds the key of this one; an execution stopped elsewhere has none.
      ...(state.status === 'ABORTED' ? (['stoppedBy'] as const) : []),
    ],
    // Settle or another caller may have written the end since the record was read. The first end of a redrive is kept.
    ifNotEndedSince: state.redriveCount,
  });
  return ended ?? current(deps, record);
}

/** Writes the exact counts of a campaign that ended without Settle. Waits until no row has a lease. */
export async function countAtEnd(deps: Deps, record: CampaignRecord): Promise<CampaignRecord> {
  if (!hasEnded(record) || record.finalCounts) return record;
  const quietAt = (record.endSeenAt ?? 0) + QUIET_MS;
  await deps.clock.sleep(Math.max(0, quietAt - deps.clock.now()));
  const counted = await tallyWithoutLeases(deps, record.batchId, async () => {
    const { redriveCount } = await current(deps, record);
    return redriveCount === record.redriveCount;
  });
  return counted ? writeCounts(deps, record, counted) : current(deps, record);
}

/** The same for a caller that waits for the answer: counts only when that is possible at once. */
export async function countAtEndIfQuiet(deps: Deps, record: CampaignRecord): Promise<CampaignRecord> {
  const possible = hasEnded(record) && !record.finalCounts && record.enqueued <= COUNT_INLINE_ROWS;
  if (!possible || deps.clock.now() < (record.endSeenAt ?? 0) + QUIET_MS) return record;
  const counted = await tallyIfQuiet(deps, record.batchId);
  return counted ? writeCounts(deps, record, counted) : record;
}

async function writeCounts(deps: Deps, record: CampaignRecord, tally: Tally) {
  const { open, breakdown } = tally;
  const { PENDING, QUEUED, SENT, ERROR } = tally.counts;
  // The execution may have ended before it registered all rows. These count as PENDING.
  const unregistered = Math.max(0, record.enqueued - (PENDING + QUEUED + SENT + ERROR));
  if (record.status === 'SUCCEEDED' && open.length + unregistered > 0) {
    deps.telemetry.error('A campaign succeeded with rows left', {
      batchId: record.batchId,
      open: open.length,
      unregistered,
    });
    deps.telemetry.count('RowsLeftBehind', open.length + unregistered);
  }
  // Before the record, by which readers know that it is complete.
  await deps.counters.setBreakdown(record.batchId, breakdown);
  const written = await deps.store.update(record.batchId, {
    set: { finalCounts: { ...finalCountsOf(tally), PENDING: PENDING + unregistered } },
    ifStatus: [record.status],
    ifRedriveCountAtMost: record.redriveCount,
  });
  // A redrive in the meantime continues the progress counter itself.
  if (!written) return current(deps, record);
  await deps.counters.setExact(record.batchId, finalCountsOf(tally));
  return written;
}

async function applyRunning(deps: Deps, record: CampaignRecord, state: ExecutionState): Promise<CampaignRecord> {
  const now = deps.clock.now();
  if (state.redriveCount > record.redriveCount) {
    const redriven = await deps.store.update(record.batchId, {
      // Never later than the redrive: messages queued before `redrivenAt` are dropped.
      ...redrivenUpdate(record, state.redriveCount, state.redrivenAt ?? record.finishedAt ?? record.createdAt),
      ifRedriveCountAtMost: state.redriveCount - 1,
    });
    return redriven ?? current(deps, record);
  }
  const waits = record.sendAt !== undefined && Date.parse(record.sendAt) > now;
  const status: CampaignStatus = waits ? 'SCHEDULED' : 'RUNNING';
  const starts = record.status === 'INGESTING' || record.status === 'SCHEDULED';
  if (!starts || record.status === status) return record;
  const started = await deps.store.update(record.batchId, {
    set: { status, ...(waits ? {} : { startedAt: record.sendAt ?? state.startedAt ?? new Date(now).toISOString() }) },
    ifStatus: ['INGESTING', 'SCHEDULED'],
  });
  return started ?? current(deps, record);
}

/** The change of a record by a redrive: it removes everything about the earlier end, and names the API key if it was requested here. */
export function redrivenUpdate(
  { redriveRequest }: Pick<CampaignRecord, 'redriveRequest'>,
  redriveCount: number,
  redrivenAt: string,
) {
  const redrivenBy = redriveRequest?.forRedrive === redriveCount ? redriveRequest.keyName : undefined;
  return {
    set: { status: 'RUNNING' as const, redriveCount, redrivenAt, ...(redrivenBy !== undefined && { redrivenBy }) },
    remove: [
      ...(['finalCounts', 'finishedAt', 'endSeenAt', 'reason', 'accountError', 'nextRetryAt', 'concurrency'] as const),
      // It is judged by the emails from now on.
      ...(['judged', 'judgedBounced', 'judgedComplained'] as const),
      ...(redrivenBy === undefined ? (['redrivenBy'] as const) : []),
    ],
  };
}

function endReason({ accountError }: CampaignRecord, state: ExecutionState): string | undefined {
  // The Map Run only says that its tolerance was exceeded. The worker recorded why.
  return accountError ? `${accountError.code}: ${accountError.message}` : reasonOf(state);
}

const current = async ({ store }: Deps, record: CampaignRecord) => (await store.get(record.batchId)) ?? record;
