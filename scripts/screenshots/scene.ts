import { setTimeout as sleep } from 'node:timers/promises';
import type { Outputs } from '../../dev/outputs.ts';
import { greetings } from './files.ts';

/** Emails a second: the least that the API accepts. */
const SLOWEST = 0.1;
const POLL_MS = 100;
const WITHIN_MS = 300_000;
const ENDED = ['SUCCEEDED', 'FAILED'];

interface CampaignState {
  readonly batchId: string;
  readonly status: string;
  readonly counts: { readonly SENT: number; readonly ERROR: number };
  readonly executionArn: string;
}

/** What the pictures show. */
export interface Scene {
  /** Ended, with one row that failed. */
  readonly welcome: CampaignState;
  /** Partly sent. */
  readonly running: CampaignState;
}

/**
 * Sends campaigns until there is one in each state: sent, a dry run, stopped because SES paused the account, scheduled, and one that is partly sent. The account's rate
 * becomes so slow in the end that nothing changes while the pictures are taken.
 */
export async function setScene(outputs: Outputs, example: string): Promise<Scene> {
  const api = new SceneApi(outputs);
  const welcome = await api.upload('welcome.csv', example);
  await api.until(welcome, ({ status }) => ENDED.includes(status));
  const dryRun = await api.upload('renewals.csv', greetings(48, 'Your renewal, {{name}}'), { dryRun: 'true' });
  await api.until(dryRun, ({ status }) => ENDED.includes(status));

  await api.setRate(10);
  const stopped = await api.upload('newsletter.csv', greetings(120, 'News for {{name}}'));
  await api.until(stopped, ({ counts }) => counts.SENT >= 20);
  await api.setFaults({ sendingPaused: true });
  await api.until(stopped, ({ status }) => status === 'FAILED');
  await api.setFaults({});

  const tomorrow = new Date(Date.now() + 24 * 3600 * 1000).toISOString();
  await api.upload('friday-reminder.csv', greetings(75, 'Until Friday, {{name}}'), { sendAt: tomorrow });

  const running = await api.upload('spring-offer.csv', greetings(298, 'A spring offer for {{name}}'));
  await api.until(running, ({ counts }) => counts.SENT >= 80);
  await api.setRate(SLOWEST);
  return { welcome: await api.campaign(welcome), running: await api.campaign(running) };
}

class SceneApi {
  readonly #outputs: Outputs;

  constructor(outputs: Outputs) {
    this.#outputs = outputs;
  }

  /** Resolves to the batchId. */
  async upload(name: string, csv: string, fields: Readonly<Record<string, string>> = {}): Promise<string> {
    const form = new FormData();
    for (const [field, value] of Object.entries(fields)) form.append(field, value);
    form.append('file', new Blob([csv], { type: 'text/csv' }), name);
    return ((await this.#ask('POST', '/upload', form)) as CampaignState).batchId;
  }

  async campaign(batchId: string): Promise<CampaignState> {
    return (await this.#ask('GET', `/campaigns/${batchId}`)) as CampaignState;
  }

  async until(batchId: string, holds: (campaign: CampaignState) => boolean): Promise<void> {
    const deadline = Date.now() + WITHIN_MS;
    for (;;) {
      const campaign = await this.campaign(batchId);
      if (holds(campaign)) return;
      if (Date.now() > deadline) throw new Error(`The campaign did not get there: ${JSON.stringify(campaign)}`);
      await sleep(POLL_MS);
    }
  }

  async setRate(perSecond: number): Promise<void> {
    await this.#ask('PUT', '/rate', JSON.stringify({ perSecond }), { 'content-type': 'application/json' });
  }

  async setFaults(faults: object): Promise<void> {
    const response = await fetch(`${this.#outputs.awsEndpoint}/_local/faults`, {
      method: 'PUT',
      body: JSON.stringify(faults),
    });
    if (!response.ok) throw new Error(`The faults were refused: ${await response.text()}`);
  }

  /** On a busy machine API Gateway answers by itself when a cold function takes too long. Each of these calls may be made again. */
  async #ask(method: string, path: string, body?: FormData | string, headers: Record<string, string> = {}) {
    const deadline = Date.now() + WITHIN_MS;
    for (;;) {
      const response = await fetch(`${this.#outputs.apiUrl}${path}`, {
        method,
        headers: { authorization: `Bearer ${this.#outputs.apiKey}`, ...headers },
        ...(body !== undefined && { body }),
      });
      if (response.ok) return (await response.json()) as unknown;
      const answer = await response.text();
      if (response.status < 500 || Date.now() > deadline) {
        throw new Error(`${method} ${path} answered ${response.status}: ${answer}`);
      }
      await sleep(POLL_MS);
    }
  }
}
