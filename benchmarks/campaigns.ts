import { bareLoop } from './campaigns/bare-loop.ts';
import { type Measured, measureCampaign, setRate } from './campaigns/measure.ts';
import { startProduct } from './requests/product.ts';
import type { BenchRow } from './row.ts';

const RATE = 400;
const ROWS = 5_000;
const BARE_ROWS = 2_000;
/** A rate that no loop reaches, so that the bare loop never waits for SES. */
const NO_LIMIT = 100_000;
/** A campaign makes the bare loop's calls and those of the workflow. It must reach half the rows per second of the bare loop. */
const LEAST_OF_BARE = 0.5;
const LEAST_USED = 0.97;
/** At 400 a second the whole rate can only be used on a machine whose bare loop is at least twice as fast. */
const FAST_MACHINE = 2 * RATE;
/** Campaigns of about twenty and thirty seconds. */
const SLOW_RATES = [
  { rate: 14, rows: 280 },
  { rate: 100, rows: 3_000 },
];
const WARM_UP_ROWS = 200;

/** Campaigns on the whole local stack: their speed relative to the bare loop, and how exactly they keep a rate. */
export async function run(): Promise<BenchRow[]> {
  const product = await startProduct(['--rate', String(RATE)]);
  try {
    await measureCampaign(product, WARM_UP_ROWS, 'warm');
    await setRate(product, RATE, NO_LIMIT);
    const bare = await bareLoop(product, BARE_ROWS);
    await setRate(product, RATE);
    const fast = await measureCampaign(product, ROWS, 'fast');
    const mayUseAll = bare >= FAST_MACHINE;
    const used = fast.sentPerSecond / RATE;
    const ratio = fast.rowsPerSecond / bare;
    const rows: BenchRow[] = [
      {
        name: `Campaign: rows a second at ${RATE}/s, against the bare calls`,
        value: fast.rowsPerSecond,
        unit: 'rows per second',
        against: bare,
        ratio,
        bound: LEAST_OF_BARE,
        // Where half the bare loop's speed exceeds the rate, the campaign must use the rate instead.
        holds: ratio >= LEAST_OF_BARE || (mayUseAll && used >= LEAST_USED),
      },
      ...rateRows(RATE, fast, mayUseAll ? LEAST_USED : 0),
    ];
    for (const { rate, rows: count } of SLOW_RATES) {
      await setRate(product, rate);
      rows.push(...rateRows(rate, await measureCampaign(product, count, `at${rate}`), LEAST_USED));
    }
    return rows;
  } finally {
    await product.stop();
  }
}

function rateRows(rate: number, { sentPerSecond, mostInASecond, throttled }: Measured, least: number): BenchRow[] {
  const most = 1.02 * rate + 1;
  return [
    {
      name: `Rate: used at ${rate}/s`,
      value: sentPerSecond,
      unit: 'emails per second',
      against: rate,
      ratio: sentPerSecond / rate,
      bound: least,
      holds: sentPerSecond / rate >= least,
    },
    {
      name: `Rate: most in any second at ${rate}/s`,
      value: mostInASecond,
      unit: 'emails',
      against: most,
      ratio: mostInASecond / most,
      bound: 1,
      holds: mostInASecond <= most,
    },
    {
      name: `Rate: throttled by SES at ${rate}/s`,
      value: throttled,
      unit: 'sends',
      against: 0,
      ratio: throttled === 0 ? 1 : 0,
      bound: 1,
      holds: throttled === 0,
    },
  ];
}
