import type { Clock } from '../clock.ts';
import type { RecipientCheck } from '../consent/recipient-check.ts';
import { unsubscribeHeaders, withUnsubscribeFooter, withUnsubscribeUrl } from '../consent/unsubscribe-link.ts';
import type { Unsubscription } from '../consent/unsubscribe-token.ts';
import { asciiAddress } from '../csv/address.ts';
import type { Channel, Job, Outcome, Refusal } from '../delivery/channel.ts';
import type { Provider } from '../delivery/provider.ts';
import type { Mailbox, OutgoingEmail } from '../delivery/providers/outgoing-email.ts';
import { withRetries } from '../delivery/record.ts';
import { sendIdOf } from '../ledger/keys.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LedgerRow } from '../ledger/send.ts';
import { isOver } from '../ledger/transitions.ts';
import type { Limiter } from '../limiter/limiter.ts';
import { type CampaignRecord, hasEnded } from './campaign.ts';
import { type CampaignCache, MAX_AGE_MS } from './campaign-cache.ts';
import { withoutDeadMessages } from './dead-messages.ts';
import { mailBody, mailHead } from './mail.ts';
import { rowsOf, type SendMessage } from './messages.ts';
import type { QuotaStops } from './quota-stops.ts';
import type { CampaignStore } from './store.ts';
import { TaskAnswers, type TaskAnswersDeps } from './task-answers.ts';

/** A row of a campaign whose execution waits for the answer. The rows of a message are answered together. */
export interface CampaignJob extends Job {
  message: SendMessage;
  /** The message came before, itself or as the copy of another, so its rows may have been delivered. */
  again: boolean;
}

/** The jobs of a message that was received so often. */
export function campaignJobs(messageId: string, message: SendMessage, receives = 1): CampaignJob[] {
  const { batchId, postponed = 0 } = message;
  const again = receives > 1 || postponed > 0;
  return rowsOf(message).map((rowNumber) => ({ messageId, message, again, postponed, row: { batchId, rowNumber } }));
}

interface CampaignRoute {
  provider: Provider<OutgoingEmail>;
  limiter: Limiter;
}

export interface CampaignChannelDeps extends TaskAnswersDeps {
  ledger: Pick<Ledger, 'getRows' | 'recordFailedTry'>;
  campaigns: CampaignCache;
  store: Pick<CampaignStore, 'update'>;
  quotaStops: Pick<QuotaStops, 'add'>;
  clock: Clock;
  from: Mailbox;
  /** Refuses recipients that are on the suppression list. */
  refuse: RecipientCheck;
  unsubscribe: {
    /** Resolves to what makes the link of a recipient, with the key that signs now. */
    links(): Promise<(recipient: Unsubscription) => string>;
    /** The words of the link at the end of emails that have none; empty: no footer. */
    footer: string;
  };
  real: CampaignRoute;
  dryRun: CampaignRoute;
}

/** While an account-level error is this recent, its Map Run is being stopped. Sending more rows would only repeat the error. */
const BLOCKED_MS = 10_000;

/** Delivers the rows of campaigns: only while the campaign runs, and each outcome is answered to the execution. */
export function createCampaignChannel(deps: CampaignChannelDeps): Channel<CampaignJob, OutgoingEmail> {
  const { campaigns, store, quotaStops, clock } = deps;
  /** The campaigns of the jobs, for what their emails share. */
  const sending = new Map<string, CampaignRecord>();
  let linkFor: (recipient: Unsubscription) => string;

  async function sendable({ row: { batchId } }: CampaignJob): Promise<CampaignRecord | Refusal> {
    const campaign = await campaigns.get(batchId, MAX_AGE_MS);
    if (!campaign) return 'missing';
    if (hasEnded(campaign)) return 'ended';
    return isBlocked(campaign, clock.now()) ? 'hold' : campaign;
  }

  return {
    wanted: (jobs) => withoutDeadMessages(deps, jobs),
    known: (jobs) => knownOutcomes(deps, jobs),

    async route(job) {
      const campaign = await sendable(job);
      if (typeof campaign === 'string') return campaign;
      sending.set(job.row.batchId, campaign);
      linkFor = await deps.unsubscribe.links();
      return { ...(campaign.dryRun ? deps.dryRun : deps.real), priority: 'campaign' };
    },

    async check(job) {
      const campaign = await sendable(job);
      return typeof campaign === 'string' ? campaign : 'go';
    },

    render(job, content) {
      const campaign = sending.get(job.row.batchId);
      const head = mailHead(deps.from, campaign);
      const body = withUnsubscribeFooter(mailBody(content, campaign?.format), deps.unsubscribe.footer);
      return ({ sendId, batchId, channel, email, subject, lease }) => {
        const url = linkFor({ sendId, email });
        return {
          sendId,
          batchId,
          channel,
          leaseId: lease?.leaseId,
          ...head,
          to: { email: asciiAddress(email) },
          subject,
          headers: unsubscribeHeaders(url),
          ...withUnsubscribeUrl(body, url),
        };
      };
    },

    refuse: deps.refuse,

    async recover({ message }, { row, leaseId, error }) {
      // The workflow of an earlier release does not queue the row again.
      if (error.class !== 'transient' || !('rows' in message)) return undefined;
      await withRetries(deps, () => deps.ledger.recordFailedTry(row, leaseId, error));
      deps.telemetry.count('Transient');
      return { kind: 'released', row, error };
    },

    async blocked({ row: { batchId } }, { code, message }) {
      const known = await campaigns.get(batchId, MAX_AGE_MS);
      if (known && isBlocked(known, clock.now())) return;
      campaigns.forget(batchId);
      if (known && code === 'DailyQuotaExceeded') await quotaStops.add(known);
      await store.update(batchId, { set: { accountError: { code, message, at: clock.now() } } });
    },

    answers: () => new TaskAnswers(deps),
  };
}

/** What became of the rows of messages that came before. Others, and rows that somebody may have to end, are left to the delivery. */
async function knownOutcomes(
  { ledger, clock, telemetry }: Pick<CampaignChannelDeps, 'ledger' | 'clock' | 'telemetry'>,
  jobs: readonly CampaignJob[],
): Promise<ReadonlyMap<CampaignJob, Outcome>> {
  const known = new Map<CampaignJob, Outcome>();
  const again = jobs.filter((job) => job.again);
  if (again.length === 0) return known;
  try {
    const rows = await ledger.getRows(again.map((job) => job.row));
    for (const job of again) {
      const row = rows.get(sendIdOf(job.row.batchId, job.row.rowNumber));
      const outcome = row && outcomeIn(row, clock.now());
      if (outcome) known.set(job, outcome);
    }
  } catch (error) {
    // The claims find the same, and only take slots for it.
    telemetry.warn('Rows of repeated messages could not be read', { error });
  }
  return known;
}

function outcomeIn(row: LedgerRow, now: number): Outcome | undefined {
  if (row.status === 'SENT' || row.status === 'ERROR') return { kind: 'already', row };
  if (row.status === 'PENDING') return { kind: 'not-queued', row };
  return row.lease && !isOver(row.lease, now) ? { kind: 'leased', row, lease: row.lease } : undefined;
}

const isBlocked = ({ accountError }: CampaignRecord, now: number) =>
  accountError !== undefined && now - accountError.at < BLOCKED_MS;
