import type { Clock } from '../clock.ts';
import type { CampaignRecord } from './campaign.ts';

/** A worker's recent view of the campaigns that it sends for. */
export interface CampaignCache {
  /** The campaign as it was at most `maxAgeMs` ago. Undefined when there is none. */
  get(batchId: string, maxAgeMs: number): Promise<CampaignRecord | undefined>;
  forget(batchId: string): void;
}

/** Workers act on no older state, so that a stop takes effect in time. */
export const MAX_AGE_MS = 1_000;
const MAX_CACHED = 1_000;

/** Concurrent callers share one read. */
export function createCampaignCache(
  read: (batchId: string) => Promise<CampaignRecord | undefined>,
  clock: Clock,
): CampaignCache {
  // The age counts from before the read, because its answer may be as old as that.
  const cached = new Map<string, { since: number; record: Promise<CampaignRecord | undefined> }>();
  return {
    get(batchId, maxAgeMs) {
      const existing = cached.get(batchId);
      if (existing && Math.abs(clock.now() - existing.since) <= maxAgeMs) return existing.record;
      if (cached.size >= MAX_CACHED) cached.clear();
      const entry = { since: clock.now(), record: read(batchId) };
      cached.set(batchId, entry);
      entry.record.catch(() => {
        if (cached.get(batchId) === entry) cached.delete(batchId);
      });
      return entry.record;
    },
    forget: (batchId) => void cached.delete(batchId),
  };
}
