import type { CampaignRecord } from '../../../core/campaigns/campaign.ts';
import { createCampaignCounters } from '../../../core/campaigns/counters.ts';
import { refreshCampaign } from '../../../core/campaigns/refresh.ts';
import type { RetryFile } from '../../../core/campaigns/retry-file.ts';
import { settle } from '../../../core/campaigns/settle.ts';
import { createCampaignStore } from '../../../core/campaigns/store.ts';
import { createLedger } from '../../../core/ledger/ledger.ts';
import { errorOf } from '../../../core/ledger/transitions.ts';
import type { Metric } from '../../../core/telemetry.ts';
import { campaignRecord } from '../campaigns/record.ts';
import { type NewRow, putRows } from '../ledger/support.ts';
import { simulatedClock } from '../support/clock.ts';
import { openTable } from '../support/table.ts';
import { silent } from '../support/telemetry.ts';
import { fakeStates } from './fake-states.ts';

export const CREATED_AT = '2026-11-22T10:00:00.000Z';
export const SENT = { status: 'SENT' as const };
const failed = (code: Parameters<typeof errorOf>[0]) => ({
  status: 'ERROR' as const,
  error: errorOf(code, `${code}.`),
});
export const RETRYABLE = failed('ProviderUnavailable');
export const REJECTED = failed('MessageRejected');
export const UNCONFIRMED = failed('DeliveryUnconfirmed');

/** Campaigns of one table, which is there while the tests of a file run. */
export function campaignsOfOneTable() {
  const clock = simulatedClock();
  let table: Awaited<ReturnType<typeof openTable>>;
  let batches = 0;

  beforeAll(async () => {
    table = await openTable(clock);
  });
  afterAll(() => table.close());

  /** A campaign of its own with these rows, and its execution. */
  async function aCampaign(rows: NewRow[], record: Partial<CampaignRecord> = {}) {
    batches += 1;
    const batchId = `batch${batches}`;
    const store = createCampaignStore(table.control);
    const states = fakeStates(clock);
    const ledger = createLedger(table);
    const metrics: Metric[] = [];
    const files = new Map<string, number[]>();
    const retryFile: RetryFile = {
      read: async (key) => files.get(key),
      async write(key, _batch, list) {
        if (!files.has(key)) files.set(key, [...list]);
        return files.get(key) ?? [];
      },
    };
    const telemetry = { ...silent, count: (metric: Metric) => void metrics.push(metric) };
    const counters = createCampaignCounters(table.control);
    const deps = { store, ledger, counters, executions: states.executions, clock, telemetry, retryFile };
    await store.create(
      campaignRecord({ batchId, createdAt: CREATED_AT, status: 'RUNNING', enqueued: rows.length, ...record }),
    );
    await putRows(
      table,
      rows.map((row, n) => ({ batchId, rowNumber: n + 1, createdAt: CREATED_AT, ...row })),
    );
    return {
      batchId,
      deps,
      states,
      files,
      metrics,
      record: async () => (await store.get(batchId)) as CampaignRecord,
      row: (rowNumber: number) => ledger.getRow({ batchId, rowNumber }),
      settle: (redriveCount = 0, retryRound = 0) =>
        settle(deps, { batchId, redriveCount, retryRound, redriveTime: new Date(clock.now()).toISOString() }),
      /** FAILED as Settle leaves it: counted. */
      async fail() {
        await settle(deps, { batchId, redriveCount: 0, retryRound: 0 }).catch(() => undefined);
        states.end('FAILED', 'CampaignIncomplete', '{"errorMessage":"rows are left"}');
        await refreshCampaign(deps, batchId);
      },
    };
  }

  return { clock, aCampaign, table: () => table };
}
