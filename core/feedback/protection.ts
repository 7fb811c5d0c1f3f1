import { type CampaignRecord, hasEnded } from '../campaigns/campaign.ts';
import type { CampaignCounters } from '../campaigns/counters.ts';
import type { Executions } from '../campaigns/executions.ts';
import { applyExecution } from '../campaigns/outcome.ts';
import type { CampaignStore } from '../campaigns/store.ts';
import type { Clock } from '../clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Telemetry } from '../telemetry.ts';

/** The bounds at which a campaign stops itself. Shares are of the emails whose delivery or bounce is known. */
export interface ProtectionBounds {
  /** Emails before which it is not judged. */
  afterMails: number;
  /** In percent. */
  maxBouncePercent: number;
  maxComplaintPercent: number;
}

export interface ProtectionDeps extends ProtectionBounds {
  store: CampaignStore;
  ledger: Ledger;
  counters: CampaignCounters;
  executions: Pick<Executions, 'stop'>;
  clock: Clock;
  telemetry: Telemetry;
}

/** Stops a campaign whose bounces or complaints harm the sender. */
export type Protect = (record: CampaignRecord) => Promise<void>;

/**
 * AWS reviews an account at 5 % bounces or 0.1 % complaints, and pauses it beyond. A campaign stops before its list does that to the
 * account. After a redrive, which only a person makes, it is judged anew by the emails from then on.
 * https://docs.aws.amazon.com/ses/latest/dg/faqs-enforcement.html
 */
export function createProtection(deps: ProtectionDeps): Protect {
  const { store, executions, clock, telemetry } = deps;
  return async (record) => {
    const { batchId } = record;
    const waits = record.nextRetryAt !== undefined;
    if (hasEnded(record) && !waits) return;
    const reason = harmOf(record, deps);
    if (!reason) return;
    telemetry.error('A campaign is stopped to protect the sender', { batchId, ...reason });
    telemetry.count('ProtectionStopped');
    if (waits) {
      // The daily quota stopped it: only its continuation is prevented.
      await store.update(batchId, {
        set: { reason: `${reason.error}: ${reason.cause}` },
        remove: ['nextRetryAt'],
        ifStatus: [record.status],
      });
      return;
    }
    const stoppedAt = (await executions.stop(batchId, reason)) ?? new Date(clock.now());
    await applyExecution(deps, record, {
      status: 'ABORTED',
      redriveCount: record.redriveCount,
      stoppedAt: stoppedAt.toISOString(),
      ...reason,
    });
  };
}

function harmOf(record: CampaignRecord, bounds: ProtectionBounds): { error: string; cause: string } | undefined {
  const { judged: mails = 0, judgedBounced = 0, judgedComplained = 0 } = record;
  if (mails < bounds.afterMails) return undefined;
  const harm = (error: string, verb: string, count: number, max: number) => {
    const percent = (100 * count) / mails;
    if (percent <= max) return undefined;
    const cause =
      `${count} of ${mails} emails ${verb} (${percent.toFixed(2)} %), and at most ${max} % may. The campaign stopped itself to ` +
      'protect the account. Clean the list; a redrive continues with the rows that are left.';
    return { error, cause };
  };
  return (
    harm('TooManyBounces', 'bounced', judgedBounced, bounds.maxBouncePercent) ??
    harm('TooManyComplaints', 'led to a complaint', judgedComplained, bounds.maxComplaintPercent)
  );
}
