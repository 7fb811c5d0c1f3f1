import { listCampaigns } from '../api/campaigns.ts';
import type { ExecutionItem } from '../api/types.ts';
import { useLive } from '../live/useLive.ts';

/** Campaigns of one call, and the most calls for one page of executions: those of old pages are not looked for. */
const PER_CALL = 100;
const MAX_CALLS = 5;
const POLL_MS = 15_000;

/**
 * How many rows of a campaign are in ERROR, by the name of its execution, which is its batch id. An execution succeeds although rows are
 * in ERROR for good, and Step Functions knows nothing of rows. Only of those that have such rows, and only of succeeded ones.
 */
export function useErrorRows(items: readonly ExecutionItem[] | undefined): ReadonlyMap<string, number> {
  const names = (items ?? []).flatMap(({ name, status }) => (status === 'SUCCEEDED' ? [name] : []));
  const { data } = useLive(
    names.length === 0 ? undefined : `error rows ${names.join()}`,
    (signal) => errorRows(new Set(names), signal),
    POLL_MS,
  );
  return data ?? NONE;
}

const NONE: ReadonlyMap<string, number> = new Map();

/** Both lists begin with the newest, so the first call has most of the first page. */
async function errorRows(names: ReadonlySet<string>, signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  let token: string | undefined;
  let missing = names.size;
  for (let calls = 0; calls < MAX_CALLS && missing > 0; calls += 1) {
    const { campaigns, next } = await listCampaigns({ size: PER_CALL, token }, signal);
    for (const { batchId, counts } of campaigns) {
      if (!names.has(batchId)) continue;
      missing -= 1;
      if (counts.ERROR > 0) found.set(batchId, counts.ERROR);
    }
    if (next === undefined) break;
    token = next;
  }
  return found;
}
