import { GetQueueAttributesCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { CampaignJob } from '../../../core/campaigns/channel.ts';
import { createPostpone } from '../../../core/campaigns/postpone.ts';
import { openQueue } from '../support/queue.ts';
import { range } from './support.ts';

const job = (rowNumber: number): CampaignJob => ({
  messageId: `message-${rowNumber}`,
  message: { taskToken: `t${rowNumber}`, batchId: 'b1', rowNumber },
  row: { batchId: 'b1', rowNumber },
});

it('queues copies with the same token that come later', async () => {
  const { sqs, queueUrl, close } = await openQueue();
  try {
    const postpone = createPostpone(sqs, queueUrl, () => 0);
    expect(await postpone(range(1, 12).map((row) => ({ job: job(row), delayMs: 600_000 })))).toEqual([]);

    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['ApproximateNumberOfMessagesDelayed'] }),
    );
    expect(Attributes?.ApproximateNumberOfMessagesDelayed).toBe('12');

    await postpone([{ job: job(13), delayMs: 100 }]);
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl, WaitTimeSeconds: 20 }));
    expect(Messages.map(({ Body }) => JSON.parse(Body ?? ''))).toEqual([
      { taskToken: 't13', batchId: 'b1', rowNumber: 13, postponed: 1 },
    ]);
  } finally {
    await close();
  }
});

it('tells which copies could not be queued', async () => {
  const sqs = { send: async () => Promise.reject(new Error('no queue')) } as unknown as SQSClient;
  const jobs = [job(1), job(2)];
  expect(await createPostpone(sqs, 'url', () => 0)(jobs.map((one) => ({ job: one, delayMs: 1 })))).toEqual(jobs);
});
