import { setTimeout as sleep } from 'node:timers/promises';
import type { CampaignView, UploadView } from '../../cli/client.ts';
import type { Outputs } from '../../dev/outputs.ts';

const CALL_LIMIT_MS = 8_000;
const PAUSE_MS = 250;

/** The answer to a call. Undefined when there was none, or a 5xx: the stack was killed, or a fault was in force. */
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
    // The stack was killed during the call. The caller repeats it.
    return undefined;
  }
}

/** Repeats the upload until it is answered, as a client would. A repeated upload must change nothing. */
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

export async function getCampaign(outputs: Outputs, batchId: string): Promise<CampaignView | undefined> {
  const answer = await call(outputs, 'GET', `/campaigns/${batchId}`);
  return answer?.status === 200 ? (answer.body as CampaignView) : undefined;
}

/** Redrives without a policy for unconfirmed rows. Resolves to `done` when only unconfirmed rows are left. */
export async function redrive(outputs: Outputs, batchId: string): Promise<'redriven' | 'done' | 'failed'> {
  const answer = await call(outputs, 'POST', `/campaigns/${batchId}/redrive`);
  if (answer?.status === 202) return 'redriven';
  const title = (answer?.body as { title?: string } | undefined)?.title;
  return answer?.status === 409 && title === 'Only unconfirmed rows are left' ? 'done' : 'failed';
}

/**
 * Polls a campaign and redrives it whenever it ended otherwise than SUCCEEDED. Resolves to true once only unconfirmed rows are left, and
 * to false when `signal` is aborted or `until` holds first.
 */
export async function driveToEnd(
  outputs: Outputs,
  batchId: string,
  {
    signal,
    seen,
    until,
  }: { signal: AbortSignal; seen(campaign: CampaignView): void; until?: (campaign: CampaignView) => boolean },
): Promise<boolean> {
  while (!signal.aborted) {
    const campaign = await getCampaign(outputs, batchId);
    if (campaign) seen(campaign);
    if (campaign?.status === 'SUCCEEDED') return true;
    if (campaign && until?.(campaign)) return false;
    if (campaign && campaign.status !== 'RUNNING' && campaign.status !== 'INGESTING') {
      if ((await redrive(outputs, batchId)) === 'done') return true;
    }
    await sleep(PAUSE_MS);
  }
  return false;
}
