import { setTimeout as sleep } from 'node:timers/promises';
import { ApiProblem, type CampaignView, type ProductClient } from './client.ts';
import { ProgressMeter, progressLine, progressText } from './progress.ts';
import type { Screen } from './screen.ts';

const ENDED = new Set(['SUCCEEDED', 'FAILED', 'ABORTED', 'TIMED_OUT']);
export const hasEnded = (campaign: CampaignView): boolean => ENDED.has(campaign.status);

const MIN_PAUSE_MS = 400;
const MAX_PAUSE_MS = 5000;
/** The part of the time spent on polling. Each poll of a large campaign counts rows, with reads that its workers need too. */
const MAX_POLLING_PART = 0.05;
const PLAIN_LINE_MS = 5000;
/** Failed polls in a row before giving up. The campaign runs on without being watched. */
const MAX_FAILURES = 10;

/** Shows a campaign until it ends, and returns its last state. Throws the signal's reason. */
export async function followCampaign(
  client: ProductClient,
  batchId: string,
  screen: Screen,
  signal: AbortSignal,
): Promise<CampaignView> {
  const meter = new ProgressMeter();
  let lastPlainAt = Date.now() - PLAIN_LINE_MS + 1000;
  let lastPlain = '';
  let failures = 0;
  for (;;) {
    const asked = Date.now();
    const campaign = await client.campaign(batchId).catch((error: unknown) => {
      failures += 1;
      if (failures > MAX_FAILURES || !isTemporary(error)) throw error;
      return undefined;
    });
    if (!campaign) {
      await sleep(MAX_PAUSE_MS / 2, undefined, { signal });
      continue;
    }
    failures = 0;
    const now = Date.now();
    const progress = meter.add(campaign, now);
    if (screen.live) {
      const waiting = campaign.status === 'SCHEDULED' ? 'scheduled · ' : '';
      screen.draw(`${waiting}${progressLine(progress, screen.columns - waiting.length)}`);
    } else if (now - lastPlainAt >= PLAIN_LINE_MS && progressText(progress) !== lastPlain) {
      lastPlain = progressText(progress);
      lastPlainAt = now;
      screen.print(lastPlain);
    }
    if (hasEnded(campaign)) {
      screen.clear();
      return campaign;
    }
    const pause = Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, (now - asked) / MAX_POLLING_PART));
    await sleep(pause, undefined, { signal });
  }
}

/** Whether the same call may work in a moment. */
export const isTemporary = (error: unknown): boolean =>
  error instanceof ApiProblem ? error.status >= 500 || error.status === 429 : error instanceof TypeError;
