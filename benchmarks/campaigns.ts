import { rowsPerChildFor } from '../core/campaigns/concurrency.ts';
import { bareLoop } from './campaigns/bare-loop.ts';
import { besideBusyLoops } from './campaigns/busy-loops.ts';
import { ceilings } from './campaigns/ceiling.ts';
import { type Measured, measureCampaign, setRate } from './campaigns/measure.ts';
import { statusPageUnits } from './campaigns/status-page.ts';
import { type RunningProduct, startProduct } from './requests/product.ts';
import type { BenchRow } from './row.ts';

/** A rate that nothing here reaches, so that neither the bare loop nor the campaign waits for SES. */
const NO_LIMIT = 100_000;
const ROWS = 20_000;
const BARE_ROWS = 2_000;
/** A campaign sends in batches what the bare loop sends by single calls. */
const LEAST_OF_BARE = 2.5;
const MOST_CPU_MS = 5;
const LEAST_USED = 0.98;
const LEAST_USED_BUSY = 0.95;
const CORES = 2;
const PAGE_SIZES = [1_000, 10_000, 100_000];
const CONTENT = { small: 2_000, large: 30_000 };
const USD_PER_MILLION = { at100: 20, at14: 30 };
const LEAST_CEILING = 2_000;
/** What a deployment for large campaigns sets. */
const WARM_WRITES = 20_000;
const WARM_UP_ROWS = 200;

/** Campaigns on the whole local stack: speed, CPU, how exactly they keep a rate, and what they would cost and reach on AWS. */
export async function run(): Promise<BenchRow[]> {
  const product = await startProduct(['--rate', String(NO_LIMIT)]);
  try {
    await measureCampaign(product, WARM_UP_ROWS, 'warm');
    const bare = await bareLoop(product, BARE_ROWS);
    const fast = await measureCampaign(product, ROWS, 'fast');
    return [
      atLeast(`Campaign: rows a second of ${ROWS} rows, against the bare calls`, 'rows per second', {
        value: fast.rowsPerSecond,
        against: bare,
        bound: LEAST_OF_BARE,
      }),
      atMost('CPU of a row, whole stack', 'ms', fast.cpuMsPerRow, MOST_CPU_MS),
      ...ceilingRows(fast),
      ...(await atRates(product)),
      ...(await pageRows(product)),
    ];
  } finally {
    await product.stop();
  }
}

/** Campaigns of about twenty and thirty seconds. */
async function atRates(product: RunningProduct): Promise<BenchRow[]> {
  await setRate(product, 14);
  const at14 = await measureCampaign(product, 280, 'at14', CONTENT.small);
  await setRate(product, 100);
  const at100 = await measureCampaign(product, 3_000, 'at100', CONTENT.small);
  const large = await measureCampaign(product, 1_500, 'large', CONTENT.large);
  const busy = await besideBusyLoops(CORES, () => measureCampaign(product, 2_000, 'busy'));
  return [
    ...rateRows('14/s', 14, at14, LEAST_USED),
    ...rateRows('100/s', 100, at100, LEAST_USED),
    ...rateRows('100/s beside two busy loops', 100, busy, LEAST_USED_BUSY),
    atMost(
      'AWS: price of a million rows beside SES, 2 KB, at 100/s',
      'USD',
      at100.usdPerMillion,
      USD_PER_MILLION.at100,
    ),
    atMost('AWS: price of a million rows beside SES, 2 KB, at 14/s', 'USD', at14.usdPerMillion, USD_PER_MILLION.at14),
    // Printed only: contents of 30 KB are written and read as they are.
    atMost(
      'AWS: price of a million rows beside SES, 30 KB, at 100/s',
      'USD',
      large.usdPerMillion,
      Number.POSITIVE_INFINITY,
    ),
  ];
}

function ceilingRows({ usage }: Measured): BenchRow[] {
  const rowsPerChild = rowsPerChildFor(ROWS, NO_LIMIT);
  const all = Object.entries(ceilings(usage, { rows: ROWS, rowsPerChild, warmWrites: WARM_WRITES }));
  const [name, least] = all.reduce((lowest, one) => (one[1] < lowest[1] ? one : lowest));
  return [
    atLeast(`AWS: ceiling of a campaign, computed: ${name}`, 'rows per second', {
      value: least,
      against: LEAST_CEILING,
      bound: 1,
    }),
  ];
}

async function pageRows(product: RunningProduct): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  let first: number | undefined;
  for (const size of PAGE_SIZES) {
    const units = await statusPageUnits(product, size);
    first ??= units;
    rows.push(atMost(`Status page: read units at ${size} rows`, 'read units', units, first));
  }
  return rows;
}

function atLeast(name: string, unit: string, { value, against, bound }: Pick<BenchRow, 'value' | 'against' | 'bound'>) {
  const ratio = value / against;
  return { name, value, unit, against, ratio, bound, holds: ratio >= bound };
}

function atMost(name: string, unit: string, value: number, most: number): BenchRow {
  const ratio = Number.isFinite(most) ? value / most : 0;
  return { name, value, unit, against: most, ratio, bound: 1, holds: ratio <= 1 };
}

function rateRows(of: string, rate: number, measured: Measured, least: number): BenchRow[] {
  const { sentPerSecond, mostInASecond, throttled } = measured;
  return [
    atLeast(`Rate: used at ${of}`, 'emails per second', { value: sentPerSecond, against: rate, bound: least }),
    atMost(`Rate: most in any second at ${of}`, 'emails', mostInASecond, 1.02 * rate + 1),
    {
      name: `Rate: throttled by SES at ${of}`,
      value: throttled,
      unit: 'sends',
      against: 0,
      ratio: throttled === 0 ? 1 : 0,
      bound: 1,
      holds: throttled === 0,
    },
  ];
}
