import { rmSync } from 'node:fs';
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CampaignView } from '../../cli/client.ts';
import { eventually, Product, tempDataDir } from '../e2e/support/product.ts';

/** API Gateway gives up after 30 s, which only a busy machine needs. A throttled request is refused at once. `npm run bench` measures times. */
const REFUSED_MS = 25_000;
const ENDED_WITHIN_MS = 20 * 60_000;
const PAUSE_MS = 100;
/** Batches that may find no free execution while ten campaigns start and end. They come back; Local AWS tells it once for each queue and pause. */
const MOMENTS = 3;

const dataDir = tempDataDir();
let product: Product;
let campaigns = 0;

beforeAll(async () => {
  product = await Product.up(dataDir, ['--account', 'new', '--rate', '12']);
});

afterAll(async () => {
  await product.command.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Uploads a file of its own. Resolves to its batchId. */
async function start(rows: number): Promise<string> {
  campaigns += 1;
  const lines = Array.from({ length: rows }, (_, n) => `row${n}-of-campaign${campaigns}@example.com,Hello,Row ${n}`);
  const response = await product.upload(['email,subject,content', ...lines].join('\n'));
  expect(response.status).toBe(202);
  return ((await response.json()) as { batchId: string }).batchId;
}

async function endOf(batchId: string): Promise<CampaignView> {
  for (const until = Date.now() + ENDED_WITHIN_MS; Date.now() < until; ) {
    const campaign = await product.campaign(batchId);
    if (campaign.status !== 'RUNNING') return campaign;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new Error(`The campaign ${batchId} did not end`);
}

/** Asks the API over and over while `work` goes on, one request at a time. Resolves to the status and the time of each request. */
async function askingMeanwhile<T>(paths: readonly string[], work: Promise<T>) {
  let isDone = false;
  const ended = work.finally(() => {
    isDone = true;
  });
  const asked: { status: number; ms: number }[] = [];
  for (let n = 0; !isDone; n += 1) {
    const startedAt = performance.now();
    const response = await product.call('GET', paths[n % paths.length] ?? '/campaigns');
    await response.arrayBuffer();
    asked.push({ status: response.status, ms: performance.now() - startedAt });
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return { asked, result: await ended };
}

/** The messages of all dead-letter queues. */
async function deadLetters(): Promise<number> {
  const { awsEndpoint: endpoint, region } = product.outputs;
  const sqs = new SQSClient({ endpoint, region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  try {
    const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
    const urls = QueueUrls.filter((url) => url.endsWith('-dlq'));
    expect(urls.length).toBeGreaterThan(3);
    let messages = 0;
    for (const QueueUrl of urls) {
      const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
      messages += Number(Attributes?.ApproximateNumberOfMessages);
    }
    return messages;
  } finally {
    sqs.destroy();
  }
}

/** Batches that were throttled: Local AWS tells the user when a queue's batch finds no free execution. */
const throttled = () => product.command.output.match(/Rate Exceeded/g)?.length ?? 0;

describe('an account of 10 concurrent executions', () => {
  it('ends two campaigns, and answers every request meanwhile', async () => {
    const rows = 24;
    const batchIds = [await start(rows), await start(rows)];
    const paths = ['/campaigns', '/rate', ...batchIds.map((batchId) => `/campaigns/${batchId}`)];

    const { asked, result } = await askingMeanwhile(paths, Promise.all(batchIds.map(endOf)));

    for (const { status, counts } of result) {
      expect({ status, counts }).toEqual({
        status: 'SUCCEEDED',
        counts: { PENDING: 0, QUEUED: 0, SENT: rows, ERROR: 0 },
      });
    }
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter(({ status, ms }) => status !== 200 && ms < REFUSED_MS)).toEqual([]);
    expect([await deadLetters(), throttled()]).toEqual([0, 0]);
  });

  it('ends ten campaigns at once, each row sent once', async () => {
    const rows = 6;
    const batchIds: string[] = [];
    for (let n = 0; n < 10; n += 1) batchIds.push(await start(rows));

    for (const batchId of batchIds) {
      expect(await endOf(batchId)).toMatchObject({ status: 'SUCCEEDED', counts: { SENT: rows, ERROR: 0 } });
    }

    const sent = await Promise.all(batchIds.map((batchId) => product.mailbox(batchId)));
    for (const messages of sent) expect(new Set(messages.map(({ to }) => to)).size).toBe(rows);
    expect(sent.flat()).toHaveLength(10 * rows);
    expect(await deadLetters()).toBe(0);
    // Events run record-outcome for each start and end, without a maximum, so on a busy machine it can take the last executions for a moment.
    expect(throttled()).toBeLessThanOrEqual(MOMENTS);
  });

  it('processes every change of an order, through one queue', async () => {
    const json = (method: string, path: string, body: object) =>
      product.call(method, path, { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
    const created = await json('POST', '/orders', { orderId: 'small-1', status: 'received', description: 'One' });
    expect(created.status).toBeLessThan(300);
    for (const status of ['inprocess', 'completed']) {
      expect((await json('PUT', '/orders/small-1', { status })).status).toBe(200);
    }

    let timeline: { status: string }[] = [];
    await eventually(async () => {
      const order = (await (await product.call('GET', '/orders/small-1')).json()) as { timeline: { status: string }[] };
      timeline = order.timeline;
      return timeline.length === 3;
    });

    expect(timeline.map(({ status }) => status)).toEqual(['received', 'inprocess', 'completed']);
    expect(await deadLetters()).toBe(0);
  });
});
