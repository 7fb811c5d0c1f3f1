import type { Clock } from '../clock.ts';
import type { Channel, Job, Refusal } from '../delivery/job.ts';
import type { Provider } from '../delivery/provider.ts';
import type { Mailbox, OutgoingEmail } from '../delivery/providers/outgoing-email.ts';
import type { Limiter } from '../limiter/limiter.ts';
import { type CampaignRecord, hasEnded } from './campaign.ts';
import type { CampaignCache } from './campaign-cache.ts';
import type { SendMessage } from './messages.ts';
import { renderCampaign } from './render.ts';
import type { CampaignStore } from './store.ts';

/** A row of a campaign that its execution waits for. */
export interface CampaignJob extends Job {
  /** The queue message's id. */
  messageId: string;
  message: SendMessage;
}

export interface CampaignChannelDeps {
  states: CampaignCache;
  store: CampaignStore;
  clock: Clock;
  from: Mailbox;
  real: { provider: Provider<OutgoingEmail>; limiter: Limiter };
  rehearsal: { provider: Provider<OutgoingEmail>; limiter: Limiter };
}

const FRESH_MS = 1_000;
/** While an account-level error is this young its Map Run is being stopped: trying more rows would only add to it. */
const BLOCKED_MS = 10_000;

/** Campaigns, as the delivery core sees them. */
export function createCampaignChannel(deps: CampaignChannelDeps): Channel<CampaignJob, OutgoingEmail> {
  const { states, store, clock } = deps;
  const formats = new Map<string, CampaignRecord['format']>();

  async function sendable(job: CampaignJob): Promise<CampaignRecord | Refusal> {
    const campaign = await states.at(job.row.batchId, FRESH_MS);
    if (!campaign) return 'missing';
    if (hasEnded(campaign)) return 'ended';
    return isBlocked(campaign, clock.now()) ? 'hold' : campaign;
  }

  return {
    async route(job) {
      const campaign = await sendable(job);
      if (typeof campaign === 'string') return campaign;
      formats.set(job.row.batchId, campaign.format);
      return { ...(campaign.dryRun ? deps.rehearsal : deps.real), priority: 'campaign' };
    },

    async check(job) {
      const campaign = await sendable(job);
      return typeof campaign === 'string' ? campaign : 'go';
    },

    render: (job, content) =>
      renderCampaign(content, { format: formats.get(job.row.batchId) ?? 'text', from: deps.from }),

    async blocked({ row: { batchId } }, { code, message }) {
      const known = await states.at(batchId, FRESH_MS);
      if (known && isBlocked(known, clock.now())) return;
      states.forget(batchId);
      await store.update(batchId, { set: { accountError: { code, message, at: clock.now() } } });
    },
  };
}

const isBlocked = ({ accountError }: CampaignRecord, now: number) =>
  accountError !== undefined && now - accountError.at < BLOCKED_MS;
