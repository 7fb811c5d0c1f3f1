import type { CampaignRecord } from '../core/campaigns/campaign.ts';
import type { CampaignDeps } from '../core/campaigns/deps.ts';
import { campaignProgress, type Progress, progressForCommand } from '../core/campaigns/progress.ts';
import type { DynamoTable, Tables } from '../core/dynamodb/table.ts';
import { type Heard, withFeedback } from '../core/ledger/feedback.ts';
import type { Send } from '../core/ledger/send.ts';

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
  /** The campaign as a command answers it: what its fields ask is not counted again while the caller waits. */
  commanded(campaign: CampaignRecord): CampaignRecord;
  /** What was heard of a send. Sends that are asked about together share a call. */
  feedback(send: Send): Promise<Heard>;
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
    commanded(campaign) {
      counted.set(campaign.batchId, progressForCommand(deps, campaign));
      return campaign;
    },
    feedback: createFeedbackLoader(deps.tables.sends),
  };
}

/** Reads the feedback of the sends that fields of the same turn of the event loop ask about, each once. */
function createFeedbackLoader(table: DynamoTable): GraphqlContext['feedback'] {
  const known = new Map<string, Promise<Heard>>();
  let waiting: { send: Send; resolve(heard: Heard): void; reject(error: unknown): void }[] = [];

  async function load(): Promise<void> {
    const asked = waiting;
    waiting = [];
    try {
      const sends = await withFeedback(
        table,
        asked.map(({ send }) => send),
      );
      for (const [index, { resolve }] of asked.entries()) resolve(sends[index] ?? {});
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }

  return (send) => {
    const existing = known.get(send.sendId);
    if (existing) return existing;
    const feedback = new Promise<Heard>((resolve, reject) => {
      if (waiting.length === 0) setImmediate(() => void load());
      waiting.push({ send, resolve, reject });
    });
    known.set(send.sendId, feedback);
    return feedback;
  };
}
