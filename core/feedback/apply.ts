import type { FeedbackTotals, Judged } from '../campaigns/campaign.ts';
import type { CampaignCounters } from '../campaigns/counters.ts';
import type { CampaignStore } from '../campaigns/store.ts';
import type { Suppressions } from '../consent/suppressions.ts';
import type { Evidence } from '../ledger/evidence.ts';
import { sendIdOf } from '../ledger/keys.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { FeedbackKind, LedgerRow } from '../ledger/send.ts';
import type { RowId } from '../ledger/transitions.ts';
import type { Telemetry } from '../telemetry.ts';
import type { Protect } from './protection.ts';

/** An event of the provider about one email. `sent`: it has accepted the email. */
export interface FeedbackEvent {
  /** Of the message that brought it. */
  messageId: string;
  kind: 'sent' | Exclude<FeedbackKind, 'unsubscribed'>;
  row: RowId;
  recipient: string;
  at: string;
  diagnostic?: string;
  evidence?: Evidence;
}

export interface FeedbackDeps {
  ledger: Pick<Ledger, 'recordFeedback' | 'keepEvidence' | 'confirm' | 'getRows'>;
  store: Pick<CampaignStore, 'get' | 'addFeedback' | 'addConfirmed'>;
  counters: Pick<CampaignCounters, 'addSent' | 'clearBreakdown'>;
  suppressions: Pick<Suppressions, 'add'>;
  protect: Protect;
  telemetry: Telemetry;
}

/** Addresses at which SES simulates outcomes. They say nothing about a list. https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html */
const SIMULATOR = /@simulator\.amazonses\.com$/i;

/** What one campaign's events add up to. */
class CampaignChange {
  readonly totals: FeedbackTotals = {};
  /** What the campaign is judged by, with the time of the attempt that it is about. */
  readonly judged: { name: keyof Judged; attemptAt: string }[] = [];
  /** Rows that were unconfirmed, and those of them that nobody had decided about. */
  confirmed = 0;
  undecided = 0;

  count(name: keyof FeedbackTotals): void {
    this.totals[name] = (this.totals[name] ?? 0) + 1;
  }
}

/**
 * Applies events: to their rows, to the counters of their campaigns and to the suppression list. They may come twice, in any order, and
 * before the row is SENT. Resolves to the events that could not be applied and must come again.
 */
export async function applyFeedback(deps: FeedbackDeps, events: readonly FeedbackEvent[]): Promise<FeedbackEvent[]> {
  const { telemetry } = deps;
  const changes = new Map<string, CampaignChange>();
  const changeOf = ({ batchId }: LedgerRow) => {
    const change = changes.get(batchId) ?? new CampaignChange();
    changes.set(batchId, change);
    return change;
  };
  const failed: FeedbackEvent[] = [];
  const attempt = async (concerned: readonly FeedbackEvent[], work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      telemetry.warn('Events could not be applied, and come again', { events: concerned.length, error });
      failed.push(...concerned);
    }
  };

  const sent = events.filter(({ kind }) => kind === 'sent');
  await Promise.all([
    ...(sent.length > 0 ? [attempt(sent, () => applySent(deps, sent, changeOf))] : []),
    ...events
      .filter(({ kind }) => kind !== 'sent')
      .map((event) => attempt([event], () => applyOne(deps, event, changeOf))),
  ]);
  await Promise.all([...changes].map(([batchId, change]) => countFor(deps, batchId, change)));
  return failed;
}

/** Events that only say that an email was accepted write nothing, unless its row is unconfirmed or its worker has not recorded it yet. */
async function applySent(
  deps: FeedbackDeps,
  events: readonly FeedbackEvent[],
  changeOf: (row: LedgerRow) => CampaignChange,
): Promise<void> {
  const rows = await deps.ledger.getRows(events.map(({ row }) => row));
  await Promise.all(
    events.map(async ({ row: { batchId, rowNumber }, evidence }) => {
      const row = rows.get(sendIdOf(batchId, rowNumber));
      if (!row || !evidence) return;
      if (row.lease?.leaseId === evidence.leaseId) {
        const held = await deps.ledger.keepEvidence(row, evidence);
        // Its outcome was recorded in the meantime, perhaps as unconfirmed.
        if (!held) await confirmRow(deps, (await deps.ledger.getRows([row])).get(row.sendId), evidence, changeOf);
      } else await confirmRow(deps, row, evidence, changeOf);
    }),
  );
}

async function applyOne(
  deps: FeedbackDeps,
  { kind, row: id, recipient, at, diagnostic, evidence }: FeedbackEvent,
  changeOf: (row: LedgerRow) => CampaignChange,
): Promise<void> {
  const { ledger, suppressions, telemetry } = deps;
  if (kind === 'sent') return;
  // Before the row, which tells whether the event was applied. The list keeps one entry, however often it is added.
  if (kind === 'bounced' || kind === 'complained') {
    await suppressions.add(recipient, { reason: kind, sendId: sendIdOf(id.batchId, id.rowNumber) });
  }
  const { row, isFirst } = await ledger.recordFeedback(id, {
    kind,
    at,
    ...(diagnostic !== undefined && { diagnostic }),
    ...(evidence && { evidence }),
  });
  if (!row) return;
  if (evidence) await confirmRow(deps, row, evidence, changeOf);
  if (!isFirst) return;
  if (kind === 'bounced') telemetry.count('Bounced');
  if (kind === 'complained') telemetry.count('Complained');
  if (row.channel !== 'campaign') return;
  const change = changeOf(row);
  if (kind !== 'delivered' && kind !== 'bounced' && kind !== 'complained') return;
  change.count(kind);
  if (SIMULATOR.test(recipient)) return;
  const attemptAt = row.lastAttemptAt ?? '';
  if (kind !== 'complained') change.judged.push({ name: 'judged', attemptAt });
  if (kind === 'bounced') change.judged.push({ name: 'judgedBounced', attemptAt });
  if (kind === 'complained') change.judged.push({ name: 'judgedComplained', attemptAt });
}

async function confirmRow(
  { ledger, telemetry }: FeedbackDeps,
  row: LedgerRow | undefined,
  evidence: Evidence,
  changeOf: (row: LedgerRow) => CampaignChange,
): Promise<void> {
  const before = row && (await ledger.confirm(row, evidence));
  if (!before) return;
  telemetry.count('Confirmed');
  telemetry.info('An event proves that an unconfirmed email was accepted', { sendId: before.sendId });
  if (before.channel !== 'campaign') return;
  const change = changeOf(before);
  change.confirmed += 1;
  if (before.error?.resolution === undefined) change.undecided += 1;
}

/** Updates the campaign. A failure leaves its counters behind: the rows, which are right, would not count the events again. */
async function countFor(deps: FeedbackDeps, batchId: string, change: CampaignChange): Promise<void> {
  const { counters, store, protect, telemetry } = deps;
  try {
    if (change.confirmed > 0) {
      const ended = await store.addConfirmed(batchId, change);
      // Its counts are not written yet, so the counter of a running campaign is shown.
      if (!ended) await counters.addSent(batchId, change.confirmed);
      else await counters.clearBreakdown(batchId);
    }
    if (Object.keys(change.totals).length === 0) return;
    if (change.judged.length > 0) {
      // Emails from before a redrive say nothing about those after it.
      const { redrivenAt = '' } = (await store.get(batchId)) ?? {};
      for (const { name, attemptAt } of change.judged) if (attemptAt >= redrivenAt) change.count(name);
    }
    const record = await store.addFeedback(batchId, change.totals);
    if (record) await protect(record);
  } catch (error) {
    telemetry.error('The counters of a campaign could not be updated', { batchId, ...change.totals, error });
  }
}
