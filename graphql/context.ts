import type { CampaignRecord } from '../core/campaigns/campaign.ts';
import type { CampaignDeps } from '../core/campaigns/deps.ts';
import { campaignProgress, type Progress } from '../core/campaigns/progress.ts';
import type { Tables } from '../core/dynamodb/table.ts';

export interface GraphqlDeps extends CampaignDeps {
  tables: Tables;
}

/** The API key of a request. */
export interface GraphqlCaller {
  keyName?: string;
  scopes: readonly string[];
}

/** The context of one request. */
export interface GraphqlContext extends GraphqlDeps {
  caller: GraphqlCaller;
  /** Counts each campaign once for a request, however many fields ask. */
  progress(campaign: CampaignRecord): Promise<Progress>;
}

export function contextOf(deps: GraphqlDeps, caller: GraphqlCaller): GraphqlContext {
  const counted = new Map<string, Promise<Progress>>();
  return {
    ...deps,
    caller,
    progress(campaign) {
      const progress = counted.get(campaign.batchId) ?? campaignProgress(deps, campaign);
      counted.set(campaign.batchId, progress);
      return progress;
    },
  };
}
