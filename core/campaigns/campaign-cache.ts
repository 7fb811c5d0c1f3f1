import type { Clock } from '../clock.ts';
import type { CampaignRecord } from './campaign.ts';

/** What a worker knows of the campaigns it sends for. */
export interface CampaignCache {
  /** The campaign as it stood at most `maxAgeMs` ago; undefined when there is none. */
  at(batchId: string, maxAgeMs: number): Promise<CampaignRecord | undefined>;
  /** What is known is out of date. */
  forget(batchId: string): void;
}

const KEPT = 1_000;

/** Reads through `read`, once for all who ask at the same time. */
export function createCampaignCache(
  read: (batchId: string) => Promise<CampaignRecord | undefined>,
  clock: Clock,
): CampaignCache {
  // An age counts from before the read: what it answers may be as old as that.
  const known = new Map<string, { since: number; record: Promise<CampaignRecord | undefined> }>();
  return {
    at(batchId, maxAgeMs) {
      const existing = known.get(batchId);
      if (existing && clock.now() - existing.since <= maxAgeMs) return existing.record;
      if (known.size >= KEPT) known.clear();
      const entry = { since: clock.now(), record: read(batchId) };
      known.set(batchId, entry);
      entry.record.catch(() => {
        if (known.get(batchId) === entry) known.delete(batchId);
      });
      return entry.record;
    },
    forget: (batchId) => void known.delete(batchId),
  };
}
