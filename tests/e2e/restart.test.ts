import { afterAll, expect, it } from '@jest/globals';
import { Product, tempDataDir } from './support/product.ts';

const dataDir = tempDataDir();
let product: Product;

afterAll(async () => {
  await product.command.stop();
});

it('a scheduled campaign continues after a kill and a restart on other ports, and sends each mail once', async () => {
  product = await Product.up(dataDir);
  const rows = Array.from({ length: 25 }, (_, n) => `person${n}@example.com,Hi,Hello ${n}`).join('\n');
  let batchId = '';
  // If the machine is so slow that the time has come before the upload is read, or before the kill, the next one starts later.
  for (let aheadMs = 10_000, status = ''; status !== 'SCHEDULED'; aheadMs *= 2) {
    const sendAt = new Date(Date.now() + aheadMs).toISOString();
    const accepted = await product.upload(`email,subject,content\n${rows}\n`, { sendAt, campaignId: `in-${aheadMs}` });
    if (accepted.status === 400) continue;
    expect(accepted.status).toBe(202);
    ({ batchId } = (await accepted.json()) as { batchId: string });
    ({ status } = await product.campaign(batchId));
  }

  const { awsEndpoint } = product.outputs;
  await product.command.kill9();
  product = await Product.up(dataDir);
  const campaign = await product.ended(batchId);

  expect(product.outputs.awsEndpoint).not.toBe(awsEndpoint);
  expect(campaign).toMatchObject({ status: 'SUCCEEDED', counts: { PENDING: 0, QUEUED: 0, SENT: 25, ERROR: 0 } });
  const mails = await product.mailbox(batchId);
  expect(new Set(mails.map(({ to }) => to)).size).toBe(25);
  expect(mails).toHaveLength(25);
});

it('a rate that an operator set outlives a restart, until one is given on the command line', async () => {
  const rate = async () => ((await (await product.call('GET', '/rate')).json()) as { perSecond: number }).perSecond;
  const restart = async (options: string[] = []) => {
    await product.command.stop();
    product = await Product.up(dataDir, options);
  };
  const set = await product.call('PUT', '/rate', {
    body: JSON.stringify({ perSecond: 7 }),
    headers: { 'content-type': 'application/json' },
  });
  expect(set.status).toBe(200);

  await restart();
  expect(await rate()).toBe(7);
  await restart(['--rate', '40']);
  expect(await rate()).toBe(40);
});
