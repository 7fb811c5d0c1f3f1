import type { Outputs } from '../../dev/outputs.ts';
import { writeFinishedCampaign } from './finished-campaign.ts';
import { call, usageOf } from './measure.ts';

const PAGE = 50;

/** Read units of a status page: the campaign and its first 50 rows, of a campaign of so many rows that has ended. */
export async function statusPageUnits(product: Outputs, rows: number): Promise<number> {
  const batchId = await writeFinishedCampaign(product, rows);
  const page = async () => {
    const before = await usageOf(product);
    await call(product, 'GET', `/campaigns/${batchId}`);
    await call(product, 'GET', `/campaigns/${batchId}/sends?limit=${PAGE}`);
    return (await usageOf(product)).units.read - before.units.read;
  };
  // The sweeps read too, once a minute.
  return Math.min(await page(), await page(), await page());
}
