import { DescribeMapRunCommand, ListMapRunsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually, type MailboxMessage, Product, tempDataDir } from '../support/product.ts';
import {
  awsOf,
  csvOf,
  executionArnOf,
  expectOnceEach,
  follow,
  hasEnded,
  longest,
  mostInASecond,
  setRate,
  upload,
} from './support.ts';

let product: Product;

beforeAll(async () => {
  product = await Product.up(tempDataDir(), ['--rate', '20']);
});

afterAll(async () => {
  await product.command.stop();
});

/**
 * The most emails that may arrive in any second. What arrives in a second left within a second and the longest time that any was on its
 * way, which this run measured: on a machine that keeps up that is next to nothing.
 */
async function mostArriving(perSecond: number): Promise<number> {
  const longestMs = await longest(product, 'ProviderLatency');
  return 1.02 * perSecond * (1 + longestMs / 1_000) + 1;
}

const timesOf = (mails: readonly MailboxMessage[]) => mails.map(({ sentAt }) => Date.parse(sentAt));

/** The MaxConcurrency of the campaign's SendRows. */
async function concurrencyOf(batchId: string): Promise<number | undefined> {
  const states = new SFNClient(awsOf(product));
  try {
    const { mapRuns = [] } = await states.send(
      new ListMapRunsCommand({ executionArn: executionArnOf(product, batchId) }),
    );
    const sending = mapRuns.find(({ mapRunArn }) => mapRunArn?.includes('/SendRows:'));
    if (!sending) return undefined;
    return (await states.send(new DescribeMapRunCommand({ mapRunArn: sending.mapRunArn }))).maxConcurrency;
  } finally {
    states.destroy();
  }
}

// Whether the whole rate is used, and nothing is throttled, depends on the machine: `npm run bench` measures it.
it('two campaigns at once share one rate, which is never exceeded', async () => {
  const [one, two] = await Promise.all([upload(product, 50, 'one'), upload(product, 50, 'two')]);

  const ended = await Promise.all([one, two].map((batchId) => follow(product, batchId, hasEnded)));

  expect(ended.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  const mails = await Promise.all([product.mailbox(one), product.mailbox(two)]);
  for (const own of mails) expectOnceEach(own, 50);
  expect(mostInASecond(timesOf(mails.flat()))).toBeLessThanOrEqual(await mostArriving(20));
});

it('PUT /rate takes effect on a campaign that runs, in its Map Run too', async () => {
  const batchId = await upload(product, 300, 'changed');
  await follow(product, batchId, ({ counts }) => counts.SENT > 5);

  const put = await product.call('PUT', '/rate', {
    body: JSON.stringify({ perSecond: 5 }),
    headers: { 'content-type': 'application/json' },
  });
  const changedAt = Date.now();
  expect([put.status, await put.json()]).toMatchObject([200, { perSecond: 5, source: 'operator' }]);

  expect(await concurrencyOf(batchId)).toBe(25);

  const mailsAtNewRate = async () => timesOf(await product.mailbox(batchId)).filter((time) => time > changedAt + 5_000);
  await eventually(async () => (await mailsAtNewRate()).length > 20 || hasEnded(await product.campaign(batchId)));
  const late = await mailsAtNewRate();
  expect(late.length).toBeGreaterThan(20);
  expect(mostInASecond(late)).toBeLessThanOrEqual(await mostArriving(5));

  const body = JSON.stringify({ perSecond: 20 });
  await product.call('PUT', '/rate', { body, headers: { 'content-type': 'application/json' } });
  const ended = await follow(product, batchId, hasEnded);
  expect(ended).toMatchObject({ status: 'SUCCEEDED', counts: { SENT: 300, ERROR: 0 } });
  expectOnceEach(await product.mailbox(batchId), 300);
});

it('a campaign whose time comes after PUT /rate starts with the concurrency of the new rate', async () => {
  let batchId = '';
  // If the machine is too slow to set the rate before the campaign starts, the next one starts later.
  for (let aheadMs = 4_000, status = ''; status !== 'SCHEDULED'; aheadMs *= 2) {
    await setRate(product, 20);
    const sendAt = new Date(Date.now() + aheadMs).toISOString();
    const response = await product.upload(csvOf(5, `ahead${aheadMs}-`), { sendAt });
    ({ batchId } = (await response.json()) as { batchId: string });
    await setRate(product, 10);
    ({ status } = await product.campaign(batchId));
  }

  await follow(product, batchId, hasEnded);
  expect(await concurrencyOf(batchId)).toBe(50);
});
