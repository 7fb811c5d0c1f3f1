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
  const sendAt = new Date(Date.now() + 12_000).toISOString();
  const accepted = await product.upload(`email,subject,content\n${rows}\n`, { sendAt });
  expect(accepted.status).toBe(202);
  const { batchId } = (await accepted.json()) as { batchId: string };
  expect(await product.campaign(batchId)).toMatchObject({ status: 'SCHEDULED', enqueued: 25 });

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
