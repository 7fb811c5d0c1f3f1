import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { CampaignJob } from './channel.ts';

export interface Postponed {
  job: CampaignJob;
  delayMs: number;
}

/** Queues copies that arrive later, so that waiting uses up no receive. Answers the jobs whose copy could not be queued. */
export type Postpone = (jobs: readonly Postponed[]) => Promise<CampaignJob[]>;

/** SQS takes ten messages at once, and delays of whole seconds up to 15 minutes. */
const BATCH_SIZE = 10;
const MAX_DELAY_S = 900;

export function createPostpone(sqs: SQSClient, queueUrl: string, random: () => number): Postpone {
  // Spread over a second: rows that were refused together do not come back together.
  const delay = (delayMs: number) => Math.min(MAX_DELAY_S, Math.max(1, Math.ceil(delayMs / 1000 + random())));

  async function queue(jobs: readonly Postponed[]): Promise<CampaignJob[]> {
    const { Failed = [] } = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: jobs.map(({ job, delayMs }, n) => ({
          Id: String(n),
          MessageBody: JSON.stringify(job.message),
          DelaySeconds: delay(delayMs),
        })),
      }),
    );
    return Failed.flatMap(({ Id }) => jobs[Number(Id)]?.job ?? []);
  }

  return async (jobs) => {
    const failed: CampaignJob[] = [];
    for (let from = 0; from < jobs.length; from += BATCH_SIZE) {
      const part = jobs.slice(from, from + BATCH_SIZE);
      failed.push(...(await queue(part).catch(() => part.map(({ job }) => job))));
    }
    return failed;
  };
}
