import type { SQSClient } from '@aws-sdk/client-sqs';
import { sendMessages } from '../sqs.ts';
import type { CampaignJob } from './channel.ts';
import type { SendMessage } from './messages.ts';

/** A delayed copy of the message that this job came with. */
export interface Postponed {
  job: CampaignJob;
  /** What the copy asks for: the rows that are left. */
  message: SendMessage;
  delayMs: number;
}

/** Queues delayed copies, so that waiting uses up no receive. Resolves to the jobs whose copy could not be queued. */
export type Postpone = (copies: readonly Postponed[]) => Promise<CampaignJob[]>;

export function createPostpone(sqs: SQSClient, queueUrl: string, random: () => number): Postpone {
  // Spread over a second, so that rows that were refused together do not come back together.
  const seconds = (delayMs: number) => Math.max(1, delayMs / 1000 + random());
  return async (copies) => {
    const messages = copies.map(({ message, delayMs }) => ({
      body: { ...message, postponed: (message.postponed ?? 0) + 1 },
      delaySeconds: seconds(delayMs),
    }));
    const failed = await sendMessages(sqs, queueUrl, messages);
    return copies.filter((_, index) => failed.has(index)).map(({ job }) => job);
  };
}
