import { setTimeout as sleep } from 'node:timers/promises';
import { measureCampaign } from './campaigns/measure.ts';
import { type RunningProduct, startProduct } from './requests/product.ts';
import type { BenchRow } from './row.ts';

/** Below the 14 a second that SES allows a new account. */
const RATE = 12;
const ROWS = 240;
const MOST_MS = 2_000;
const PAUSE_MS = 100;
const PATHS = ['/campaigns', '/rate', '/campaigns?limit=2'];

/** Two campaigns in an account of 10 concurrent executions, and the time that the API takes meanwhile. */
export async function run(): Promise<BenchRow[]> {
  const product = await startProduct(['--account', 'new', '--rate', String(RATE)]);
  try {
    const campaigns = Promise.all(['one', 'two'].map((name) => measureCampaign(product, ROWS, name)));
    const p99 = await slowestWhile(product, campaigns);
    return [
      {
        name: 'New account: API p99 during two campaigns',
        value: p99,
        unit: 'ms',
        against: MOST_MS,
        ratio: p99 / MOST_MS,
        bound: 1,
        holds: p99 <= MOST_MS,
      },
    ];
  } finally {
    await product.stop();
  }
}

/** Asks the API until the work is done. Resolves to the milliseconds within which 99 % of the requests were answered. */
async function slowestWhile({ apiUrl, apiKey }: RunningProduct, work: Promise<unknown>): Promise<number> {
  let isDone = false;
  const ended = work.finally(() => {
    isDone = true;
  });
  // A request that fails ends this first, and stops the product under the campaigns.
  ended.catch(() => undefined);
  const times: number[] = [];
  for (let n = 0; !isDone; n += 1) {
    const startedAt = performance.now();
    const headers = { authorization: `Bearer ${apiKey}` };
    const response = await fetch(`${apiUrl}${PATHS[n % PATHS.length]}`, { headers });
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`The API answered ${response.status}`);
    times.push(performance.now() - startedAt);
    await sleep(PAUSE_MS);
  }
  await ended;
  times.sort((one, other) => one - other);
  return times[Math.ceil(times.length * 0.99) - 1] ?? 0;
}
