import { PregonError } from '../errors.ts';
import type { CampaignRecord } from './campaign.ts';
import { ensureStarted, type StartDeps } from './ingest-start.ts';
import { unknownCampaign } from './refresh.ts';

/** The contents of its rows are kept for 75 days from the upload, and sending and redrives take their time. */
const MAX_HOLD_DAYS = 30;
const DAY_MS = 24 * 60 * 60_000;

/**
 * Starts a campaign that was uploaded with `hold`. A repeated call changes nothing, and continues where one before it crashed. Throws NotFound,
 * and Conflict for a campaign that has ended, or that was held for more than 30 days.
 */
export async function startHeld(deps: StartDeps, batchId: string): Promise<CampaignRecord> {
  const { store, clock } = deps;
  const record = await store.get(batchId);
  if (!record) throw unknownCampaign(batchId);
  if (record.status !== 'READY') return started(deps, record);
  if (clock.now() - Date.parse(record.createdAt) > MAX_HOLD_DAYS * DAY_MS) {
    throw new PregonError(
      'Conflict',
      `The campaign was held for more than ${MAX_HOLD_DAYS} days. Upload its file again, with another campaignId.`,
    );
  }
  const released = await store.update(batchId, { set: { status: 'INGESTING' }, ifStatus: ['READY'] });
  return started(deps, released ?? (await store.get(batchId)) ?? record);
}

async function started(deps: StartDeps, record: CampaignRecord): Promise<CampaignRecord> {
  switch (record.status) {
    case 'INGESTING':
      return ensureStarted(deps, record);
    case 'SCHEDULED':
    case 'RUNNING':
      return record;
    default:
      throw new PregonError('Conflict', `The campaign was started before: it is ${record.status}.`);
  }
}
