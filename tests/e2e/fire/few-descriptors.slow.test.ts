import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually, Product, tempDataDir } from '../support/product.ts';

const UPLOADS = 60;
const ROUNDS = 3;
const MAX_BYTES = 4 * 1024 * 1024;

const dataDir = tempDataDir();
let product: Product;
beforeAll(async () => {
  product = await Product.up(dataDir, ['--rate', '500'], { descriptors: 128 });
});
afterAll(async () => {
  await product?.command.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** A file of nearly 4 MB with one row. */
function fileOf(upload: string): string {
  const start = `email,subject,content,note\n${upload}@example.com,Hi,Hello,`;
  return start + 'x'.repeat(MAX_BYTES - start.length - 1024);
}

/** One upload, without the repetition of `Product.call`. */
async function upload(name: string) {
  const form = new FormData();
  form.append('file', new Blob([fileOf(name)]), 'campaign.csv');
  form.append('dryRun', 'true');
  const { apiUrl, apiKey } = product.outputs;
  const headers = { authorization: `Bearer ${apiKey}` };
  const response = await fetch(`${apiUrl}/upload`, { method: 'POST', body: form, headers });
  const body = (await response.json()) as { batchId?: string; message?: string; code?: string };
  return { status: response.status, body };
}

it('with 128 file descriptors, 60 uploads at once all end in an answer, round after round, and then all is as before', async () => {
  const accepted: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const answers = await Promise.all(Array.from({ length: UPLOADS }, (_, n) => upload(`r${round}x${n}`)));

    for (const { status, body } of answers) {
      expect([202, 503]).toContain(status);
      // API Gateway's own answer, or that of a function which found no descriptor for a connection.
      if (status === 503) expect(body.code ?? body.message).toMatch(/^(Unavailable|Service Unavailable)$/);
      else accepted.push(body.batchId ?? '');
    }
  }
  await eventually(async () => (await upload('last')).status < 300);

  expect(product.command.child.exitCode).toBeNull();
  for (const batchId of accepted) {
    expect(await product.ended(batchId)).toMatchObject({ status: 'SUCCEEDED', counts: { SENT: 1, ERROR: 0 } });
  }
});
