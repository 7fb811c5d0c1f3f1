import { setTimeout as sleep } from 'node:timers/promises';
import type { CampaignView } from '../../cli/client.ts';
import type { Outputs } from '../../dev/outputs.ts';
import type { RunningProduct } from '../requests/product.ts';

export interface Measured {
  /** From the upload to the end of the execution. */
  rowsPerSecond: number;
  /** From the first email to the last. */
  sentPerSecond: number;
  /** The most emails in any window of a second. */
  mostInASecond: number;
  /** Sends that SES throttled. */
  throttled: number;
  /** Of all processes and threads of the product. */
  cpuMsPerRow: number;
  /** List prices of a million rows beside SES, by the meter, in dollars. */
  usdPerMillion: number;
  usage: Usage;
  batchId: string;
}

/** What the meter counted of a campaign. */
export interface Usage {
  calls: Record<string, number>;
  transitions: number;
  /** Of DynamoDB. */
  units: { read: number; write: number };
  estimatedUsd: { total: number; ses: number };
}

const LIMIT_MS = 15 * 60_000;
const MOST_TRIES = 5;
/** As often as the console polls. Each poll counts rows, which slows the campaign. */
const POLL_MS = 1_000;

/** Runs a campaign of so many rows to its end, and measures it by the mailbox. Contents have so many characters, or a few. */
export async function measureCampaign(
  product: Outputs & Partial<Pick<RunningProduct, 'cpuMs'>>,
  rows: number,
  name: string,
  contentLength = 0,
): Promise<Measured> {
  const throttledBefore = await throttledOf(product);
  const body = new FormData();
  const addresses = Array.from({ length: rows }, (_, n) => `${name}-${n}@example.com`);
  body.append('file', new Blob([`email\n${addresses.join('\n')}\n`], { type: 'text/csv' }), 'bench.csv');
  // One content for all rows, because an upload takes 4 MB.
  body.append('subject', 'Hi');
  body.append('content', 'Hello '.padEnd(contentLength, 'text '));
  const started = performance.now();
  const cpuBefore = product.cpuMs?.() ?? Number.NaN;
  const { batchId } = (await call(product, 'POST', '/upload', body)) as CampaignView;
  await ended(product, batchId, rows);
  const seconds = (performance.now() - started) / 1000;
  const cpuMs = (product.cpuMs?.() ?? Number.NaN) - cpuBefore;
  const usage = await usageOf(product, `?batchId=${batchId}`);
  const times = await sentTimes(product, batchId);
  if (times.length !== rows) throw new Error(`${times.length} emails were sent for ${rows} rows`);
  const first = Number(times[0]);
  const last = Number(times.at(-1));
  return {
    rowsPerSecond: rows / seconds,
    sentPerSecond: (rows - 1) / ((last - first) / 1000),
    mostInASecond: mostInASecond(times),
    throttled: (await throttledOf(product)) - throttledBefore,
    cpuMsPerRow: cpuMs / rows,
    usdPerMillion: ((usage.estimatedUsd.total - usage.estimatedUsd.ses) / rows) * 1e6,
    usage,
    batchId,
  };
}

/** Sets the limiter to this rate, and what SES allows, by default to the same. */
export async function setRate(product: Outputs, perSecond: number, sesAllows = perSecond): Promise<void> {
  const faults = JSON.stringify({ maxSendRate: sesAllows });
  const response = await fetch(`${product.awsEndpoint}/_local/faults`, { method: 'PUT', body: faults });
  if (!response.ok) throw new Error(`The local SES refused a rate: ${await response.text()}`);
  await call(product, 'PUT', '/rate', JSON.stringify({ perSecond }));
}

async function ended(product: Outputs, batchId: string, rows: number): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    const { status, counts, reason } = (await call(product, 'GET', `/campaigns/${batchId}`)) as CampaignView;
    if (status === 'SUCCEEDED' && counts.SENT === rows) return;
    if (status !== 'RUNNING' && status !== 'INGESTING') throw new Error(`A campaign ended ${status}: ${reason}`);
    if (performance.now() > deadline) throw new Error(`A campaign did not end: ${JSON.stringify(counts)}`);
    await sleep(POLL_MS);
  }
}

async function sentTimes({ awsEndpoint }: Outputs, batchId: string): Promise<number[]> {
  const times: number[] = [];
  for (let after = ''; ; ) {
    const response = await fetch(`${awsEndpoint}/_local/mailbox?batchId=${batchId}&limit=1000&after=${after}`);
    const page = (await response.json()) as { messages: { sentAt: string }[]; next?: string };
    times.push(...page.messages.map(({ sentAt }) => Date.parse(sentAt)));
    if (page.next === undefined) return times.sort((a, b) => a - b);
    after = page.next;
  }
}

function mostInASecond(sorted: readonly number[]): number {
  let most = 0;
  for (let first = 0, last = 0; last < sorted.length; last += 1) {
    while (Number(sorted[last]) - Number(sorted[first]) >= 1000) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

export async function usageOf({ awsEndpoint }: Outputs, query = ''): Promise<Usage & { throttled: number }> {
  return (await (await fetch(`${awsEndpoint}/_local/usage${query}`)).json()) as never;
}

/** Sends that were throttled. The meter counts lookups of the rate too, which have a quota of their own. */
async function throttledOf(product: Outputs): Promise<number> {
  const { throttled } = await usageOf(product);
  const limits = (await (await fetch(`${product.awsEndpoint}/_local/limits`)).json()) as {
    throttled: Record<string, number>;
  };
  return throttled - (limits.throttled['ses.GetAccount'] ?? 0);
}

export async function call({ apiUrl, apiKey }: Outputs, method: string, path: string, body?: FormData | string) {
  const request = {
    method,
    headers: {
      authorization: `Bearer ${apiKey}`,
      ...(typeof body === 'string' && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body }),
  };
  let response = await fetch(`${apiUrl}${path}`, request);
  // A machine that other programs keep busy. Whatever is asked here may be asked twice.
  for (let tries = 1; response.status === 503 && tries < MOST_TRIES; tries += 1) {
    await sleep(1000 * Number(response.headers.get('retry-after') ?? 1));
    response = await fetch(`${apiUrl}${path}`, request);
  }
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  return response.json();
}
