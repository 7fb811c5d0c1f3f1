import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { Product, tempDataDir } from '../support/product.ts';
import { expectOnceEach, follow, hasEnded, redrive, upload } from './support.ts';

const dataDir = tempDataDir();
const clockFile = join(dataDir, 'clock-shift');
let product: Product | undefined;
afterAll(async () => {
  await product?.command.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** The clock is at once this many seconds behind, or ahead again. */
function setClock(seconds: number): void {
  writeFileSync(`${clockFile}.new`, String(seconds * 1000));
  renameSync(`${clockFile}.new`, clockFile);
}

function start(): Promise<Product> {
  const preload = new URL('../support/shift-clock.ts', import.meta.url);
  preload.search = encodeURIComponent(clockFile);
  return Product.up(dataDir, ['--rate', '20'], { nodeArgs: ['--import', preload.href] });
}

it('the clock set back by 40 s and by 10 minutes, and a restart then, neither hold up a campaign nor lose or double a mail', async () => {
  setClock(0);
  product = await start();
  const first = await upload(product, 300, 'first');
  await follow(product, first, ({ counts }) => counts.SENT >= 20);
  setClock(-40);
  const { counts } = await follow(product, first, ({ counts }) => counts.SENT >= 60);
  expect(counts.SENT).toBeLessThan(300);
  setClock(-640);
  await follow(product, first, (campaign) => campaign.counts.SENT >= 120 || hasEnded(campaign));
  // A campaign that begins now does not wait for the old time either.
  const second = await upload(product, 20, 'second');
  for (const [batchId, rows] of [[second, 20] as const, [first, 300] as const]) {
    expect(await follow(product, batchId, hasEnded)).toMatchObject({
      status: 'SUCCEEDED',
      counts: { PENDING: 0, QUEUED: 0, SENT: rows, ERROR: 0 },
    });
    expectOnceEach(await product.mailbox(batchId), rows);
  }

  const third = await upload(product, 300, 'third');
  await follow(product, third, ({ counts }) => counts.SENT > 0);
  expect((await product.call('POST', `/campaigns/${third}/stop`)).status).toBe(202);
  const stopped = await follow(product, third, hasEnded);
  expect(stopped.status).toBe('ABORTED');
  expect(stopped.counts.SENT).toBeLessThan(300);
  await product.command.stop();
  // Another ten minutes while nothing runs.
  setClock(-1240);
  product = await start();
  expect(product.command.output).toMatch(/The clock of this machine is \d+ s behind the last run/);
  expect((await redrive(product, third)).status).toBe(202);

  expect(await follow(product, third, hasEnded)).toMatchObject({
    status: 'SUCCEEDED',
    counts: { PENDING: 0, QUEUED: 0, SENT: 300, ERROR: 0 },
  });
  expectOnceEach(await product.mailbox(third), 300);
});
