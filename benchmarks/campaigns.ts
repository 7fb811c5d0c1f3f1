import { rowsPerChildFor } from '../core/campaigns/concurrency.ts';
import { bareLoop } from './campaigns/bare-loop.ts';
import { besideBusyLoops } from './campaigns/busy-loops.ts';
import { ceilings } from './campaigns/ceiling.ts';
import { type Measured, measureCampaign, setRate } from './campaigns/measure.ts';
import { statusPageUnits } from './campaigns/status-page.ts';
import { type RunningProduct, startProduct } from './requests/product.ts';
import type { BenchRow, Report } from './row.ts';

/** A rate that nothing here reaches, so that neither the bare loop nor the campaign waits for SES. */
const NO_LIMIT = 100_000;
const ROWS = 20_000;
const BARE_ROWS = 2_000;
/** A campaign sends in batches what the bare loop sends by single calls. */
const LEAST_OF_BARE = 2.5;
const MOST_CPU_MS = 5;
const MOST_BYTES = 4_096;
const MOST_GROWTH = 1.25;
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

/** Campaigns on the whole local stack: speed, CPU, disk, memory, how exactly they keep a rate, and what they would cost and reach on AWS. */
export async function run(report: Report): Promise<void> {
  const product = await startProduct(['--rate', String(NO_LIMIT)]);
  try {
    await measureCampaign(product, WARM_UP_ROWS, 'warm');
    const bare = await bareLoop(product, BARE_ROWS);
    const bytesBefore = product.dataBytes();
    const fast = await measureCampaign(product, ROWS, 'fast');
    const bytes = product.dataBytes() - bytesBefore;
    const memory = product.memoryMb();
    report(
      atLeast(`Campaign: rows a second of ${ROWS} rows, against the bare calls`, 'rows per second', {
        value: fast.rowsPerSecond,
        against: bare,
        bound: LEAST_OF_BARE,
      }),
    );
    report(atMost('CPU of a row, whole stack', 'ms', fast.cpuMsPerRow, MOST_CPU_MS));
    report(atMost(`Data directory: bytes of a row, ${ROWS} rows`, 'bytes', bytes / ROWS, MOST_BYTES));
    ceilingRows(fast).forEach(report);
    await reportRates(product, report);
    await reportPages(product, report);
    // After these many rows more, of which the last 111,000 were not sent but written and read.
    report(atMost(`Memory at the end, against after ${ROWS} rows`, 'MB', product.memoryMb(), memory, MOST_GROWTH));
  } finally {
    await product.stop();
  }
}

/**
 * Campaigns of some seconds to two minutes. A price needs more than 1,000 rows: a smaller campaign has a child for each row, so that its rows
 * cost 0.05 dollars more for a thousand, and a million rows are no such campaign.
 */
async function reportRates(product: RunningProduct, report: Report): Promise<void> {
  const price = (of: string, { usdPerMillion }: Measured, most: number) =>
    report(atMost(`AWS: price of a million rows beside SES, ${of}`, 'USD', usdPerMillion, most));
  await setRate(product, 14);
  const at14 = await measureCampaign(product, 1_100, 'at14', CONTENT.small);
  rateRows('14/s', 14, at14, LEAST_USED).forEach(report);
  price('2 KB, at 14/s', at14, USD_PER_MILLION.at14);
  await setRate(product, 100);
  const at100 = await measureCampaign(product, 3_000, 'at100', CONTENT.small);
  rateRows('100/s', 100, at100, LEAST_USED).forEach(report);
  price('2 KB, at 100/s', at100, USD_PER_MILLION.at100);
  // Printed only: contents of 30 KB are written and read as they are.
  price('30 KB, at 100/s', await measureCampaign(product, 1_500, 'large', CONTENT.large), Number.POSITIVE_INFINITY);
  const busy = await besideBusyLoops(CORES, () => measureCampaign(product, 2_000, 'busy'));
  rateRows('100/s beside two busy loops', 100, busy, LEAST_USED_BUSY).forEach(report);
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

async function reportPages(product: RunningProduct, report: Report): Promise<void> {
  let first: number | undefined;
  for (const size of PAGE_SIZES) {
    const units = await statusPageUnits(product, size);
    first ??= units;
    report(atMost(`Status page: read units at ${size} rows`, 'read units', units, first));
  }
}

function atLeast(name: string, unit: string, { value, against, bound }: Pick<BenchRow, 'value' | 'against' | 'bound'>) {
  const ratio = value / against;
  return { name, value, unit, against, ratio, bound, holds: ratio >= bound };
}

function atMost(name: string, unit: string, value: number, most: number, bound = 1): BenchRow {
  const ratio = Number.isFinite(most) ? value / most : 0;
  return { name, value, unit, against: most, ratio, bound, holds: ratio <= bound };
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
