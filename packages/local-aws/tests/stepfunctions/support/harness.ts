import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type LimitSettings,
  limitsOf,
  type Maxima,
  type PaceLimitName,
  type Paces,
} from '../../../src/limits/limits.ts';
import { type RunningStepFunctions, startStepFunctions } from '../../../src/stepfunctions/protocol/server.ts';
import type { EngineClock } from '../../../src/stepfunctions/timers.ts';
import { FakeAws } from './fake-aws.ts';

export interface HistoryEvent {
  id: number;
  previousEventId: number;
  type: string;
  timestamp: number;
  // biome-ignore lint/suspicious/noExplicitAny: a history is read by member
  [details: string]: any;
}

// biome-ignore lint/suspicious/noExplicitAny: answers are read by member
export type Answered = Record<string, any>;

/** A clock that only the test advances. */
export class ManualClock implements EngineClock {
  #now = Date.UTC(2026, 10, 22, 12);
  readonly #timers = new Set<{ due: number; callback: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { due: this.#now + ms, callback };
    this.#timers.add(timer);
    // Timers that are already due fire without advancing the clock.
    if (ms <= 0) setImmediate(() => this.advance(0));
    return () => this.#timers.delete(timer);
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#timers]) {
      if (timer.due > this.#now) continue;
      this.#timers.delete(timer);
      timer.callback();
    }
  }
}

export const ROLE = 'arn:aws:iam::000000000000:role/workflow';

const WITHIN_MS = 120_000;

/** Resolves once `condition` holds. The wait normally takes milliseconds; the deadline allows for a busy machine. */
export async function until(condition: () => boolean | Promise<boolean>, what = 'the condition'): Promise<void> {
  const deadline = Date.now() + WITHIN_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`${what} did not come about within ${WITHIN_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** A JSONata definition of these states, starting with the first. */
export const definitionOf = (states: Record<string, object>, extra: object = {}) => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(states)[0],
  States: states,
  ...extra,
});

interface HarnessOptions {
  clock?: EngineClock;
  random?: () => number;
  limits?: LimitSettings;
  keptHistories?: number;
  keptExecutions?: number;
}

/** The engine behind its wire protocol, with a fake AWS behind it. */
export class Harness {
  readonly aws: FakeAws;
  readonly dataDir = mkdtempSync(join(tmpdir(), 'local-aws-engine-'));
  readonly #clock: EngineClock | undefined;
  readonly #random: (() => number) | undefined;
  readonly #max: Maxima;
  readonly #paces: Paces;
  readonly #kept: { keptHistories?: number; keptExecutions?: number };
  #running: RunningStepFunctions | undefined;
  #machines = 0;

  private constructor(aws: FakeAws, { clock, random, limits, ...kept }: HarnessOptions) {
    this.#kept = kept;
    this.aws = aws;
    this.#clock = clock;
    this.#random = random;
    const { max, paces } = limitsOf(limits);
    this.#max = max;
    // Most tests are about something else, and some have a clock that stands: only the paces that a test names hold.
    const named = Object.entries(paces).filter(([name]) => limits?.[name as PaceLimitName] !== undefined);
    this.#paces = Object.fromEntries(named);
  }

  static async start(options: HarnessOptions = {}): Promise<Harness> {
    const harness = new Harness(await new FakeAws().start(), options);
    await harness.#boot();
    return harness;
  }

  async #boot(): Promise<void> {
    this.#running = await startStepFunctions({
      port: 0,
      dataDir: this.dataDir,
      awsEndpoint: this.aws.endpoint,
      region: 'us-east-1',
      accountId: '000000000000',
      max: this.#max,
      paces: this.#paces,
      ...this.#kept,
      ...(this.#clock && { clock: this.#clock }),
      ...(this.#random && { random: this.#random }),
    });
  }

  /** Restarts the engine as after a crash: only committed data is left, and the port is another one. */
  async restart(): Promise<void> {
    await this.#running?.close();
    await this.#boot();
  }

  async close(): Promise<void> {
    await this.#running?.close();
    await this.aws.stop();
    rmSync(this.dataDir, { recursive: true });
  }

  get port(): number {
    return this.#running?.port ?? 0;
  }

  async call(operation: string, params: object = {}): Promise<Answered> {
    const response = await fetch(`http://127.0.0.1:${this.port}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AWSStepFunctions.${operation}` },
      body: JSON.stringify(params),
    });
    const body = (await response.json()) as Answered;
    if (response.status === 200) return body;
    throw Object.assign(new Error(String(body.message)), { code: String(body.__type).split('#').pop() });
  }

  async create(definition: object, type: 'STANDARD' | 'EXPRESS' = 'STANDARD'): Promise<string> {
    const name = `machine-${++this.#machines}`;
    const params = { name, type, definition: JSON.stringify(definition), roleArn: ROLE };
    return (await this.call('CreateStateMachine', params)).stateMachineArn;
  }

  /** Creates a state machine, starts an execution of it and returns the ARN of the execution. */
  async start(definition: object, input: unknown = {}): Promise<string> {
    const stateMachineArn = await this.create(definition);
    return (await this.call('StartExecution', { stateMachineArn, input: JSON.stringify(input) })).executionArn;
  }

  describe(executionArn: string): Promise<Answered> {
    return this.call('DescribeExecution', { executionArn });
  }

  /** Waits for the end of an execution. */
  async ended(executionArn: string): Promise<Answered> {
    let described: Answered = {};
    await until(async () => {
      described = await this.describe(executionArn);
      return described.status !== 'RUNNING';
    }, `the end of ${executionArn}`);
    return described;
  }

  async events(executionArn: string): Promise<HistoryEvent[]> {
    return (await this.call('GetExecutionHistory', { executionArn, maxResults: 1000 })).events;
  }

  /** Runs an execution to its end. */
  async run(
    definition: object,
    input: unknown = {},
  ): Promise<{ arn: string; described: Answered; events: HistoryEvent[] }> {
    const arn = await this.start(definition, input);
    return { arn, described: await this.ended(arn), events: await this.events(arn) };
  }
}

/** A history in short form: `TaskScheduled<2` is a TaskScheduled that links to event 2. */
export const chain = (events: HistoryEvent[]) =>
  events.map(({ type, previousEventId }) => `${type}<${previousEventId}`);
