import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFinishedCampaign } from './campaigns/finished-campaign.ts';
import { startProductOn } from './requests/product.ts';
import type { BenchRow } from './row.ts';

const ROWS = 200_000;
const MOST_MS = 3_000;
const STARTS = 3;
/** The CPU of a start may not follow the rows. */
const MOST_CPU = 1.25;

/** How long the product takes until it is ready with so many rows of finished campaigns in its tables, and its CPU against a start without rows. */
export async function run(): Promise<BenchRow[]> {
  const data = mkdtempSync(join(tmpdir(), 'pregon-start-'));
  try {
    // The first start makes the tables and fills the caches.
    await bestStart(data, 1);
    const empty = await bestStart(data, STARTS);
    const product = await startProductOn(data);
    await writeFinishedCampaign(product, ROWS).finally(product.stop);
    const full = await bestStart(data, STARTS);
    const name = `Start with ${ROWS.toLocaleString('en-US')} finished rows`;
    return [
      atMost(name, 's until it is ready', full.readyMs / 1_000, { against: MOST_MS / 1_000, bound: 1 }),
      atMost(`${name}: CPU, against none`, 'ms of CPU', full.cpuMs, { against: empty.cpuMs, bound: MOST_CPU }),
    ];
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

/** The least of some starts in each figure, so that one busy moment does not decide. */
async function bestStart(data: string, starts: number): Promise<{ readyMs: number; cpuMs: number }> {
  const best = { readyMs: Number.POSITIVE_INFINITY, cpuMs: Number.POSITIVE_INFINITY };
  for (let start = 0; start < starts; start += 1) {
    const { readyMs, cpuMs, stop } = await startProductOn(data);
    best.readyMs = Math.min(best.readyMs, readyMs);
    best.cpuMs = Math.min(best.cpuMs, cpuMs());
    await stop();
  }
  return best;
}

function atMost(
  name: string,
  unit: string,
  value: number,
  { against, bound }: Pick<BenchRow, 'against' | 'bound'>,
): BenchRow {
  const ratio = value / against;
  return { name, value, unit, against, ratio, bound, holds: ratio <= bound };
}
