import { setTimeout as sleep } from 'node:timers/promises';
import { GetQueueAttributesCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Outputs } from '../../dev/outputs.ts';
import { timeLimit } from './time-limit.ts';

/**
 * The visibility timeout of a campaign's messages during the run: more than the 10 s of the function, less than the 30 s of a lease. SQS
 * may redeliver a message at any time. With the 60 s of the template, a kill would stop a campaign of batches for a minute, because
 * the dead workers hold every message in flight, and the next kills would meet no email.
 */
const REDELIVERY_SECONDS = 15;
/** The longest wait for an empty queue: a little more than the visibility timeout of the template. */
const QUIET_LIMIT_MS = 70_000;
const CALL_LIMIT_MS = 8_000;
const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

/** Shortens the visibility timeout of the queue. The next lives keep it. Without an answer this life goes on with what was set before. */
export async function redeliverSoon(outputs: Outputs, deadline: AbortSignal): Promise<void> {
  await withQueue(outputs, async (sqs) => {
    const Attributes = { VisibilityTimeout: String(REDELIVERY_SECONDS) };
    const command = new SetQueueAttributesCommand({ QueueUrl: outputs.sendQueueUrl, Attributes });
    await sqs.send(command, { abortSignal: timeLimit(CALL_LIMIT_MS, deadline) }).catch(() => undefined);
  });
}

/** Waits until the queue holds no message that could still send something. */
export async function quiet(outputs: Outputs, deadline: AbortSignal): Promise<void> {
  const limit = timeLimit(QUIET_LIMIT_MS, deadline);
  await withQueue(outputs, async (sqs) => {
    while (!limit.aborted) {
      const command = new GetQueueAttributesCommand({ QueueUrl: outputs.sendQueueUrl, AttributeNames: ['All'] });
      const { Attributes = {} } = await sqs.send(command, { abortSignal: timeLimit(CALL_LIMIT_MS, limit) });
      const waiting = Object.entries(Attributes).filter(([name]) => name.startsWith('ApproximateNumberOfMessages'));
      if (waiting.every(([, count]) => Number(count) === 0)) return;
      await sleep(500);
    }
  });
}

async function withQueue({ awsEndpoint, region }: Outputs, work: (sqs: SQSClient) => Promise<void>): Promise<void> {
  const sqs = new SQSClient({ endpoint: awsEndpoint, region, credentials: CREDENTIALS });
  try {
    await work(sqs);
  } finally {
    sqs.destroy();
  }
}
