import { setTimeout as sleep } from 'node:timers/promises';
import { ApiProblem, type CampaignView, type ProductClient } from './client.ts';
import { type Progress, ProgressMeter, progressLine, progressText } from './progress.ts';
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

/** The live line is drawn this often, however seldom the campaign is asked for: who watches sees that it is alive. */
const PAINT_MS = 250;
const SPINNER = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';

/** Draws the live line again and again until it is stopped. */
class Painter {
  readonly #screen: Screen;
  readonly #timer: NodeJS.Timeout;
  #shown: { progress: Progress; at: number; label: string } | undefined;
  #frame = 0;

  constructor(screen: Screen) {
    this.#screen = screen;
    this.#timer = setInterval(() => this.#paint(), PAINT_MS);
  }

  show(progress: Progress, at: number, label: string): void {
    this.#shown = { progress, at, label };
    this.#paint();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#screen.clear();
  }

  #paint(): void {
    const spinner = SPINNER[this.#frame++ % SPINNER.length];
    if (!this.#shown) {
      this.#screen.draw(`${spinner} starting`);
      return;
    }
    const { progress, at, label } = this.#shown;
    const { secondsLeft } = progress;
    const passed = Math.floor((Date.now() - at) / 1000);
    const now = secondsLeft === undefined ? progress : { ...progress, secondsLeft: Math.max(1, secondsLeft - passed) };
    const before = `${spinner} ${label}`;
    this.#screen.draw(`${before}${progressLine(now, this.#screen.columns - before.length)}`);
  }
}

/**
 * Shows a campaign until it ends, and returns its last state. Throws the signal's reason, and says before how far the campaign is and
 * `afterwards`, how it goes on.
 */
export async function followCampaign(
  client: ProductClient,
  batchId: string,
  screen: Screen,
  signal: AbortSignal,
  afterwards: string,
): Promise<CampaignView> {
  let last: Progress | undefined;
  const painter = screen.live ? new Painter(screen) : undefined;
  const onAbort = () => {
    painter?.stop();
    const where = last ? ` at ${last.sent} of ${last.enqueued} sent` : '';
    screen.print(`Stopped${where}. ${afterwards}`);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await untilEnd(client, batchId, screen, signal, (progress, now, label) => {
      last = progress;
      painter?.show(progress, now, label);
    });
  } finally {
    signal.removeEventListener('abort', onAbort);
    painter?.stop();
  }
}

async function untilEnd(
  client: ProductClient,
  batchId: string,
  screen: Screen,
  signal: AbortSignal,
  onProgress: (progress: Progress, now: number, label: string) => void,
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
    onProgress(progress, now, campaign.status === 'SCHEDULED' ? 'scheduled · ' : '');
    if (!screen.live && now - lastPlainAt >= PLAIN_LINE_MS && progressText(progress) !== lastPlain) {
      lastPlain = progressText(progress);
      lastPlainAt = now;
      screen.print(lastPlain);
    }
    if (hasEnded(campaign)) return campaign;
    const pause = Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, (now - asked) / MAX_POLLING_PART));
    await sleep(pause, undefined, { signal });
  }
}

/** Whether the same call may work in a moment. */
export const isTemporary = (error: unknown): boolean =>
  error instanceof ApiProblem ? error.status >= 500 || error.status === 429 : error instanceof TypeError;
