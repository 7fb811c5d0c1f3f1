import { ListMapRunsCommand, type SFNClient, UpdateMapRunCommand } from '@aws-sdk/client-sfn';
import type { Telemetry } from '../telemetry.ts';
import { type CampaignRecord, hasEnded } from './campaign.ts';
import { executionArnOf } from './identity.ts';
import type { CampaignStore } from './store.ts';

interface Deps {
  store: CampaignStore;
  sfn: SFNClient;
  stateMachineArn: string;
  telemetry: Telemetry;
}

/** Campaigns looked through, newest first: one that runs is among them. */
const MAX_SCANNED = 500;
const PAGE = 100;

/** The label of the Map that sends, in its Map Runs' ARNs: `mapRun:<state machine>/SendRows:<id>`. */
const SENDING = '/SendRows:';

/** Sets how many rows running campaigns keep on their way. One that ends meanwhile needs it no more. */
export async function setConcurrency(deps: Deps, maxConcurrency: number): Promise<void> {
  const running = await runningCampaigns(deps);
  await Promise.all(
    running.map((campaign) =>
      setOne(deps, campaign, maxConcurrency).catch((error: unknown) =>
        deps.telemetry.warn('The concurrency of a campaign could not be set', { batchId: campaign.batchId, error }),
      ),
    ),
  );
}

async function runningCampaigns({ store }: Deps): Promise<CampaignRecord[]> {
  const running: CampaignRecord[] = [];
  let after: string | undefined;
  for (let seen = 0; seen < MAX_SCANNED; seen += PAGE) {
    const page = await store.list({ limit: PAGE, ...(after === undefined ? {} : { after }) });
    running.push(...page.campaigns.filter((campaign) => !hasEnded(campaign)));
    after = page.next;
    if (after === undefined) break;
  }
  return running;
}

async function setOne({ sfn, stateMachineArn }: Deps, { batchId }: CampaignRecord, maxConcurrency: number) {
  const executionArn = executionArnOf(stateMachineArn, batchId);
  const { mapRuns = [] } = await sfn.send(new ListMapRunsCommand({ executionArn }));
  const sending = mapRuns.filter(({ mapRunArn, stopDate }) => mapRunArn?.includes(SENDING) && !stopDate);
  await Promise.all(sending.map(({ mapRunArn }) => sfn.send(new UpdateMapRunCommand({ mapRunArn, maxConcurrency }))));
}
