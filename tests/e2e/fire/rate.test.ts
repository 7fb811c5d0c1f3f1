import { DescribeMapRunCommand, ListMapRunsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type MailboxMessage, Product, tempDataDir } from '../support/product.ts';
import {
  awsOf,
  END_MS,
  executionArnOf,
  expectOnceEach,
  follow,
  hasEnded,
  metric,
  mostInASecond,
  TEST_MS,
  upload,
} from './support.ts';

let product: Product;

beforeAll(async () => {
  product = await Product.up(tempDataDir(), ['--rate', '40']);
}, 60_000);

afterAll(async () => {
  await product.command.stop();
});

const timesOf = (mails: readonly MailboxMessage[]) => mails.map(({ sentAt }) => Date.parse(sentAt));

it(
  'two campaigns at once share one rate, which is never exceeded',
  async () => {
    const [one, two] = await Promise.all([upload(product, 150, 'one'), upload(product, 150, 'two')]);

    const ended = await Promise.all([one, two].map((batchId) => follow(product, batchId, END_MS, hasEnded)));

    expect(ended.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    const mails = await Promise.all([product.mailbox(one), product.mailbox(two)]);
    for (const own of mails) expectOnceEach(own, 150);
    expect(mostInASecond(timesOf(mails.flat()))).toBeLessThanOrEqual(1.02 * 40 + 1);
    expect(await metric(product, 'Throttled')).toBe(0);
  },
  TEST_MS,
);

it(
  'PUT /rate takes effect within 5 s on a campaign that runs, in its Map Run too',
  async () => {
    const batchId = await upload(product, 400, 'changed');
    await follow(product, batchId, 30_000, ({ counts }) => counts.SENT > 20);

    const put = await product.call('PUT', '/rate', {
      body: JSON.stringify({ perSecond: 10 }),
      headers: { 'content-type': 'application/json' },
    });
    const changedAt = Date.now();
    expect([put.status, await put.json()]).toMatchObject([200, { perSecond: 10, source: 'operator' }]);

    const states = new SFNClient(awsOf(product));
    const { mapRuns = [] } = await states.send(
      new ListMapRunsCommand({ executionArn: executionArnOf(product, batchId) }),
    );
    const sending = mapRuns.find(({ mapRunArn }) => mapRunArn?.includes('/SendRows:'));
    const mapRun = await states.send(new DescribeMapRunCommand({ mapRunArn: sending?.mapRunArn }));
    states.destroy();
    expect(mapRun.maxConcurrency).toBe(50);

    const { counts } = await follow(product, batchId, 20_000, () => Date.now() > changedAt + 5_000);
    await follow(product, batchId, 40_000, (campaign) => campaign.counts.SENT > counts.SENT + 25);
    const late = timesOf(await product.mailbox(batchId)).filter((time) => time > changedAt + 5_000);
    expect(late.length).toBeGreaterThan(20);
    expect(mostInASecond(late)).toBeLessThanOrEqual(1.02 * 10 + 1);

    const body = JSON.stringify({ perSecond: 40 });
    await product.call('PUT', '/rate', { body, headers: { 'content-type': 'application/json' } });
    const ended = await follow(product, batchId, END_MS, hasEnded);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', counts: { SENT: 400, ERROR: 0 } });
    expectOnceEach(await product.mailbox(batchId), 400);
  },
  TEST_MS,
);
