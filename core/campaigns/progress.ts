import { type Breakdown, BreakdownCounter } from '../ledger/breakdown.ts';
import type { CampaignRecord, Counts } from './campaign.ts';
import type { Counted } from './counters.ts';
import type { CampaignDeps } from './deps.ts';

export interface Progress {
  counts: Counts;
  /** Rows in ERROR that a provider may have accepted, and that nobody has decided about. */
  unconfirmed: number;
}

type Deps = Pick<CampaignDeps, 'ledger' | 'counters' | 'clock'>;

/**
 * The rows that are QUEUED and in ERROR are counted again after this time for each row that the last count found, within these bounds:
 * polls of a running campaign mostly read one item, however large it is.
 */
const RECOUNT_MS = { perRow: 5, least: 1_000, most: 300_000 };
/** Rows whose worker died before it added them are found after this time, at the latest at the end. */
const RECOUNT_SENT_MS = 300_000;
/** Workers add a sent row within this time. */
const ADDED_WITHIN_MS = 1_000;

/**
 * The number of rows in each status; the four add up to `enqueued`. Exact once the campaign has ended. While it runs they are counters:
 * SENT is what the workers have added, QUEUED and ERROR are counted now and then, unless `recount` is false; PENDING is the rest.
 */
export async function campaignProgress(
  deps: Deps,
  campaign: CampaignRecord,
  { recount = true } = {},
): Promise<Progress> {
  if (campaign.finalCounts) {
    const { PENDING, QUEUED, SENT, ERROR, unconfirmed } = campaign.finalCounts;
    return { counts: { PENDING, QUEUED, SENT, ERROR }, unconfirmed };
  }
  const { sent, queued, error, unconfirmed } = recount
    ? await countedRows(deps, campaign)
    : await deps.counters.read(campaign.batchId);
  const ERROR = Math.min(error, campaign.enqueued);
  const SENT = Math.min(sent, campaign.enqueued - ERROR);
  const QUEUED = Math.min(queued, campaign.enqueued - ERROR - SENT);
  return { counts: { PENDING: campaign.enqueued - ERROR - SENT - QUEUED, QUEUED, SENT, ERROR }, unconfirmed };
}

/** A larger campaign is not counted again while the caller of a command waits for its answer. */
const MOST_FOR_COMMAND = 20_000;

/** The progress that a command answers. */
export const progressForCommand = (deps: Deps, campaign: CampaignRecord): Promise<Progress> =>
  campaignProgress(deps, campaign, { recount: campaign.enqueued <= MOST_FOR_COMMAND });

/** The counters, counted again by one of the callers when they are old. The others take them as they are. */
async function countedRows({ ledger, counters, clock }: Deps, campaign: CampaignRecord): Promise<Counted> {
  const { batchId } = campaign;
  const counted = await counters.read(batchId);
  const now = clock.now();
  const wait = Math.max(RECOUNT_MS.least, (counted.queued + counted.error) * RECOUNT_MS.perRow);
  // A time in the future is of a clock that was set back since.
  if (Math.abs(now - counted.countedAt) < Math.min(wait, RECOUNT_MS.most)) return counted;
  const isSentOld = counted.sentCountedAt > 0 && Math.abs(now - counted.sentCountedAt) >= RECOUNT_SENT_MS;
  const sentCountedAt = isSentOld || counted.sentCountedAt === 0 ? now : counted.sentCountedAt;
  if (!(await counters.beginRecount(batchId, counted, { countedAt: now, sentCountedAt }))) return counted;
  if (isSentOld) await addMissing({ ledger, counters, clock }, campaign);
  const [queued, failed] = await Promise.all([
    ledger.countByStatus(campaign, 'QUEUED'),
    ledger.countByStatus(campaign, 'ERROR'),
  ]);
  const counts = { queued: queued.total, error: failed.total, unconfirmed: failed.unconfirmed };
  await counters.setCounts(batchId, counts);
  return { ...counted, ...counts, sent: (await counters.read(batchId)).sent };
}

/**
 * Adds the sent rows whose worker died before it added them. What was sent during the count is added by its worker before the counter is
 * read again, so nothing is added twice; in a campaign that goes on it hides as many missing rows, until the next count or the end.
 */
async function addMissing({ ledger, counters, clock }: Deps, campaign: CampaignRecord): Promise<void> {
  const { total } = await ledger.countByStatus(campaign, 'SENT');
  await clock.sleep(ADDED_WITHIN_MS);
  const { sent } = await counters.read(campaign.batchId);
  if (total > sent) await counters.addMissing(campaign.batchId, total - sent);
}

/**
 * The rows that ended by reason and by minute: exact once the campaign has ended, and its counts are written. Without rows in ERROR none are
 * read.
 */
export async function campaignBreakdown(
  { ledger, counters }: Pick<CampaignDeps, 'ledger' | 'counters'>,
  campaign: CampaignRecord,
  { counts }: Progress,
): Promise<Breakdown> {
  const kept = campaign.finalCounts && (await counters.breakdown(campaign.batchId));
  if (kept) return kept;
  const counter = new BreakdownCounter();
  const [minutes] = await Promise.all([
    counters.sentByMinute(campaign.batchId),
    counts.ERROR === 0 ? undefined : ledger.visitErrors(campaign, (row) => counter.addRow(row)),
  ]);
  for (const { minute, sent } of minutes) counter.addSent(minute, sent);
  return counter.result();
}
