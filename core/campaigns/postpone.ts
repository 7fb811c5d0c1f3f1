import type { SQSClient } from '@aws-sdk/client-sqs';
import { sendMessages } from '../sqs.ts';
import type { CampaignJob } from './channel.ts';

export interface Postponed {
  job: CampaignJob;
  delayMs: number;
}

/** Queues delayed copies, so that waiting uses up no receive. Resolves to the jobs whose copy could not be queued. */
export type Postpone = (jobs: readonly Postponed[]) => Promise<CampaignJob[]>;

export function createPostpone(sqs: SQSClient, queueUrl: string, random: () => number): Postpone {
  // Spread over a second, so that rows that were refused together do not come back together.
  const seconds = (delayMs: number) => Math.max(1, delayMs / 1000 + random());
  return async (jobs) => {
    const copies = jobs.map(({ job: { message }, delayMs }) => ({
      body: { ...message, postponed: (message.postponed ?? 0) + 1 },
      delaySeconds: seconds(delayMs),
    }));
    const failed = await sendMessages(sqs, queueUrl, copies);
    return jobs.filter((_, index) => failed.has(index)).map(({ job }) => job);
  };
}
