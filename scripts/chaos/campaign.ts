import { setTimeout as sleep } from 'node:timers/promises';
import type { CampaignView, UploadView } from '../../cli/client.ts';
import type { Outputs } from '../../dev/outputs.ts';

const CALL_LIMIT_MS = 8_000;
const PAUSE_MS = 250;

/** A call's answer; undefined where nothing came back: the stack was killed, or a fault was in force. */
type Answer = { status: number; body: unknown } | undefined;

async function call(
  { apiUrl, apiKey }: Outputs,
  method: string,
  path: string,
  init: RequestInit = {},
): Promise<Answer> {
  try {
    const response = await fetch(`${apiUrl}${path}`, {
      ...init,
      method,
      headers: { authorization: `Bearer ${apiKey}`, ...init.headers },
      signal: AbortSignal.timeout(CALL_LIMIT_MS),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return response.status >= 500 ? undefined : { status: response.status, body: isJson ? JSON.parse(text) : text };
  } catch {
    // A call that met a kill: whoever asks asks again.
    return undefined;
  }
}

/** Uploads the file until it is taken, as a client does who got no answer: repeating it must change nothing. */
export async function upload(outputs: Outputs, csv: string, signal: AbortSignal): Promise<string | undefined> {
  while (!signal.aborted) {
    const form = new FormData();
    form.append('file', new Blob([csv], { type: 'text/csv' }), 'chaos.csv');
    const answer = await call(outputs, 'POST', '/upload', { body: form });
    if (answer?.status === 200 || answer?.status === 202) return (answer.body as UploadView).batchId;
    if (answer && answer.status < 500 && answer.status !== 429) {
      throw new Error(`The upload was refused: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    await sleep(PAUSE_MS);
  }
  return undefined;
}

export async function look(outputs: Outputs, batchId: string): Promise<CampaignView | undefined> {
  const answer = await call(outputs, 'GET', `/campaigns/${batchId}`);
  return answer?.status === 200 ? (answer.body as CampaignView) : undefined;
}

/** What came of a plain redrive: `over` when only unconfirmed rows, or nothing, is left. */
export async function redrive(outputs: Outputs, batchId: string): Promise<'redriven' | 'over' | 'again'> {
  const answer = await call(outputs, 'POST', `/campaigns/${batchId}/redrive`);
  if (answer?.status === 202) return 'redriven';
  const title = (answer?.body as { title?: string } | undefined)?.title;
  return answer?.status === 409 && title === 'Only unconfirmed rows are left' ? 'over' : 'again';
}

/**
 * Keeps a campaign going while the stack lives: redrives it plainly whenever it has ended otherwise than SUCCEEDED. Resolves with true
 * once nothing is left but unconfirmed rows, with false when `signal` is aborted first or the campaign is as `until` says.
 */
export async function keepGoing(
  outputs: Outputs,
  batchId: string,
  {
    signal,
    seen,
    until,
  }: { signal: AbortSignal; seen(campaign: CampaignView): void; until?: (campaign: CampaignView) => boolean },
): Promise<boolean> {
  while (!signal.aborted) {
    const campaign = await look(outputs, batchId);
    if (campaign) seen(campaign);
    if (campaign?.status === 'SUCCEEDED') return true;
    if (campaign && until?.(campaign)) return false;
    if (campaign && campaign.status !== 'RUNNING' && campaign.status !== 'INGESTING') {
      if ((await redrive(outputs, batchId)) === 'over') return true;
    }
    await sleep(PAUSE_MS);
  }
  return false;
}
