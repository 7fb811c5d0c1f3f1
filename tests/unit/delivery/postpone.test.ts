import { GetQueueAttributesCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type CampaignJob, campaignJobs } from '../../../core/campaigns/channel.ts';
import { createPostpone, type Postponed } from '../../../core/campaigns/postpone.ts';
import { openQueue } from '../support/queue.ts';
import { batchMessage, range } from './support.ts';

/** A delayed copy of a message with one row more, which is answered. */
function copyOf(rowNumber: number, delayMs: number): Postponed {
  const message = batchMessage([rowNumber], { taskToken: `t${rowNumber}` });
  const [job] = campaignJobs(`message-${rowNumber}`, { ...message, rows: [rowNumber, 99] });
  return { job: job as CampaignJob, message, delayMs };
}

it('queues copies with the same token that come later', async () => {
  const { sqs, queueUrl, close } = await openQueue();
  try {
    const postpone = createPostpone(sqs, queueUrl, () => 0);
    expect(await postpone(range(1, 12).map((row) => copyOf(row, 600_000)))).toEqual([]);

    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['ApproximateNumberOfMessagesDelayed'] }),
    );
    expect(Attributes?.ApproximateNumberOfMessagesDelayed).toBe('12');

    await postpone([copyOf(13, 100)]);
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl, WaitTimeSeconds: 20 }));
    expect(Messages.map(({ Body }) => JSON.parse(Body ?? ''))).toEqual([
      { v: 2, taskToken: 't13', batchId: 'b1', rows: [13], postponed: 1 },
    ]);
  } finally {
    await close();
  }
});

it('tells which copies could not be queued', async () => {
  const sqs = { send: async () => Promise.reject(new Error('no queue')) } as unknown as SQSClient;
  const copies = [copyOf(1, 1), copyOf(2, 1)];
  expect(await createPostpone(sqs, 'url', () => 0)(copies)).toEqual(copies.map(({ job }) => job));
});
