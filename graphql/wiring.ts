import { type CampaignRecord, hasEnded } from '../core/campaigns/campaign.ts';
import type { CampaignDeps } from '../core/campaigns/deps.ts';
import { executionArnOf } from '../core/campaigns/identity.ts';
import { campaignProgress, type Progress } from '../core/campaigns/progress.ts';
import { redriveCampaign } from '../core/campaigns/redrive.ts';
import { refreshCampaign } from '../core/campaigns/refresh.ts';
import { stopCampaign } from '../core/campaigns/stop.ts';
import { campaignCursor } from '../core/campaigns/store.ts';
import type { GraphqlContext } from './context.ts';

/** What one request's resolvers are given: the core, with each campaign counted once however many fields ask. */
export function contextOver(deps: CampaignDeps): GraphqlContext {
  const counted = new Map<string, Promise<Progress>>();
  const progress = (campaign: CampaignRecord) => {
    const known = counted.get(campaign.batchId);
    if (known) return known;
    const counting = campaignProgress(deps, campaign);
    counted.set(campaign.batchId, counting);
    return counting;
  };

  /** As in REST: campaigns that have ended are not looked at again, a redrive made elsewhere is seen when one is opened. */
  const upToDate = async (campaign: CampaignRecord) =>
    hasEnded(campaign) ? campaign : ((await refreshCampaign(deps, campaign.batchId)) ?? campaign);

  return {
    sends: {
      list: (filter, page) => deps.ledger.listSends(filter, page),
      get: (sendId) => deps.ledger.getSend(sendId),
    },
    campaigns: {
      get: (batchId) => refreshCampaign(deps, batchId),
      async list(page) {
        const { campaigns, next } = await deps.store.list(page);
        const listed = await Promise.all(
          campaigns.map(async (campaign) => ({ ...(await upToDate(campaign)), cursor: campaignCursor(campaign) })),
        );
        return next === undefined ? { campaigns: listed } : { campaigns: listed, next };
      },
      progress,
      executionArn: (batchId) => executionArnOf(deps.stateMachineArn, batchId),
      redrive: (batchId, unconfirmed) => redriveCampaign(deps, batchId, unconfirmed),
      stop: (batchId) => stopCampaign(deps, batchId),
    },
  };
}
