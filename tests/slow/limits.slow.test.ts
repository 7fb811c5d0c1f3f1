import { rmSync } from 'node:fs';
import { eventually, Product, tempDataDir } from '../e2e/support/product.ts';

const UPLOADS = 60;
const MAX_BYTES = 4 * 1024 * 1024;

describe('with 128 file descriptors and 64 MB of heap', () => {
  const dataDir = tempDataDir();
  let product: Product;

  beforeAll(async () => {
    product = await Product.up(dataDir, ['--rate', '500'], { descriptors: 128, heapMb: 64 });
  });
  afterAll(async () => {
    await product?.command.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const file = (upload: number) => {
    const start = `email,subject,content,note\nr${upload}@example.com,S,C,`;
    return start + 'x'.repeat(MAX_BYTES - start.length);
  };

  it('60 uploads of 4 MB at once all end in an answer, and the stack goes on', async () => {
    const statuses = await Promise.all(
      Array.from({ length: UPLOADS }, async (_, n) => {
        const answer = await product.upload(file(n), { campaignId: `c${n}`, dryRun: 'true' });
        await answer.json();
        return answer.status;
      }),
    );
    const batches: string[] = [];
    for (const n of [0, 1, 2]) {
      await eventually(async () => {
        const answer = await product.upload(file(n), { campaignId: `c${n}`, dryRun: 'true' });
        const { batchId } = (await answer.json()) as { batchId: string };
        if (answer.ok) batches.push(batchId);
        return answer.ok;
      });
    }

    expect(statuses).toHaveLength(UPLOADS);
    expect(statuses.filter((status) => ![202, 429, 500, 503].includes(status))).toEqual([]);
    for (const batchId of batches) {
      expect(await product.ended(batchId)).toMatchObject({ status: 'SUCCEEDED', counts: { SENT: 1, ERROR: 0 } });
    }
  });
});
