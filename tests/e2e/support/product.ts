import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CampaignView } from '../../../cli/client.ts';
import type { Outputs } from '../../../dev/outputs.ts';

/** What a test waits for takes seconds. On a busy machine, even the start of the product may take minutes. */
const WITHIN_MS = 480_000;
const ENDED = ['SUCCEEDED', 'FAILED', 'ABORTED', 'TIMED_OUT'];

export const tempDataDir = (): string => mkdtempSync(join(tmpdir(), 'pregon-e2e-'));

export interface CommandOptions {
  /** How many files and connections the process may have open (`ulimit -n`). */
  descriptors?: number;
  /** Options of Node.js. */
  nodeArgs?: readonly string[];
}

/** A command of the product in a process of its own, as a user runs it. */
export class Command {
  output = '';
  readonly child: ChildProcess;
  private readonly exited: Promise<number | null>;

  constructor(
    script: 'start' | 'up' | 'status' | 'redrive' | 'dlq' | 'keys' | 'erase',
    args: readonly string[],
    { descriptors, nodeArgs = [] }: CommandOptions = {},
  ) {
    const command = [
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      ...nodeArgs,
      `cli/${script}.ts`,
      ...args,
    ];
    // The shell becomes the command, so a signal reaches it.
    const limited = descriptors === undefined ? [] : ['sh', '-c', `ulimit -n ${descriptors}; exec "$0" "$@"`];
    const [program = '', ...rest] = [...limited, ...command];
    this.child = spawn(program, rest, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '', PREGON_API_KEY: 'key-of-the-test' },
    });
    const read = (chunk: Buffer) => {
      this.output += chunk.toString();
    };
    this.child.stdout?.on('data', read);
    this.child.stderr?.on('data', read);
    this.exited = once(this.child, 'exit').then(([code]) => code);
  }

  /** Resolves with the exit status. */
  ended(): Promise<number | null> {
    return this.exited;
  }

  /** Ctrl-C, and waits for the end. */
  async stop(): Promise<number | null> {
    this.child.kill('SIGINT');
    return this.exited;
  }

  async kill9(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  async says(text: string): Promise<void> {
    await eventually(() => this.output.includes(text) || this.child.exitCode !== null);
    if (!this.output.includes(text)) throw new Error(`It did not say "${text}":\n${this.output}`);
  }
}

/** A product that runs on a data directory of its own, on free ports. */
export class Product {
  readonly command: Command;
  readonly outputs: Outputs;

  private constructor(command: Command, outputs: Outputs) {
    this.command = command;
    this.outputs = outputs;
  }

  static async up(dataDir: string, args: readonly string[] = [], options: CommandOptions = {}): Promise<Product> {
    // A killed product does not remove its outputs.
    rmSync(join(dataDir, 'outputs.json'), { force: true });
    const command = new Command('up', ['--port', '0', '--aws-port', '0', '--data', dataDir, ...args], options);
    return new Product(command, await readyOutputs(command, dataDir));
  }

  /**
   * Asks the product's API with the key. API Gateway answers 503 by itself when a function takes more than 30 s, as a cold one does on a
   * very busy machine. Then it asks again.
   */
  async call(method: string, path: string, init: Omit<RequestInit, 'method'> = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${this.outputs.apiKey}`, ...init.headers };
    const ask = () => fetch(`${this.outputs.apiUrl}${path}`, { method, ...init, headers });
    let response = await ask();
    await eventually(async () => {
      if (isTimeout(response)) response = await ask();
      return !isTimeout(response);
    });
    return response;
  }

  upload(csv: string | Uint8Array<ArrayBuffer>, fields: Record<string, string> = {}): Promise<Response> {
    const form = new FormData();
    form.append('file', new Blob([csv], { type: 'text/csv' }), 'campaign.csv');
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    return this.call('POST', '/upload', { body: form });
  }

  /** Asks again where the answer is that a service is busy, as clients do. */
  async campaign(batchId: string): Promise<CampaignView> {
    let response = await this.call('GET', `/campaigns/${batchId}`);
    await eventually(async () => {
      if (response.status === 503) response = await this.call('GET', `/campaigns/${batchId}`);
      return response.status !== 503;
    });
    return response.json() as Promise<CampaignView>;
  }

  async ended(batchId: string): Promise<CampaignView> {
    let campaign = await this.campaign(batchId);
    await eventually(async () => {
      campaign = await this.campaign(batchId);
      return ENDED.includes(campaign.status);
    });
    return campaign;
  }

  async graphql<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
    const body = JSON.stringify({ query, variables });
    const response = await this.call('POST', '/graphql', { body, headers: { 'content-type': 'application/json' } });
    const { data, errors } = (await response.json()) as { data?: T; errors?: unknown };
    if (!data || errors) throw new Error(`GraphQL answered ${JSON.stringify(errors)}`);
    return data;
  }

  /** Everything that the providers accepted for a batch. An empty batchId means all batches. */
  async mailbox(batchId: string): Promise<MailboxMessage[]> {
    const messages: MailboxMessage[] = [];
    let after = '';
    do {
      const url = `${this.outputs.awsEndpoint}/_local/mailbox?batchId=${batchId}&limit=1000&after=${after}`;
      const page = (await (await fetch(url)).json()) as { messages: MailboxMessage[]; next?: string };
      messages.push(...page.messages);
      after = page.next ?? '';
    } while (after !== '');
    return messages;
  }
}

/** The product's own answers with 503 are problem documents. */
const isTimeout = ({ status, headers }: Response) =>
  status === 503 && headers.get('content-type') === 'application/json';

export interface MailboxMessage {
  to: string;
  headers: Record<string, string>;
  subject: string;
  text: string;
  messageId: string;
  sendId: string;
  sentAt: string;
}

/** Waits for the outputs of a command's stack: they are complete when it is ready. */
export async function readyOutputs(command: Command, dataDir: string): Promise<Outputs> {
  const file = join(dataDir, 'outputs.json');
  await eventually(() => existsSync(file) || command.child.exitCode !== null);
  if (!existsSync(file)) throw new Error(`It did not start:\n${command.output}`);
  return JSON.parse(readFileSync(file, 'utf8')) as Outputs;
}

/** Resolves once the condition holds. Rejects when it does not hold in time. */
export async function eventually(condition: () => boolean | Promise<boolean>, everyMs = 200): Promise<void> {
  const deadline = Date.now() + WITHIN_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`The condition did not come true within ${WITHIN_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
