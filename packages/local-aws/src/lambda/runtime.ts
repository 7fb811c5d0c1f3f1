import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Descriptors, UNLIMITED } from '../descriptors.ts';
import { AwsError } from '../gateway/errors.ts';
import { AWS_LIMITS, type Maxima } from '../limits/limits.ts';
import type { FunctionSpec } from './definitions.ts';
import { functionEnvironment } from './instances/environment.ts';
import type { Outcome } from './instances/instance.ts';
import type { FunctionErrorPayload } from './instances/messages.ts';
import { FunctionPool } from './instances/pool.ts';
import { InstanceRoom } from './instances/room.ts';
import { AsyncQueue } from './operations/async-queue.ts';
import { functionNotFound } from './operations/invoke.ts';
import { isLoop, type Lineage, lineageOf, recursiveInvocation, withPass } from './operations/lineage.ts';
import { type AsyncCall, AsyncStore } from './state/async-store.ts';
import { Concurrency } from './state/concurrency.ts';
import { LogFiles } from './state/logs.ts';
import { MetricsStore } from './state/metrics.ts';
import { type LogQuery, readLogs } from './state/read-logs.ts';

export interface LambdaRuntimeOptions {
  functions: readonly FunctionSpec[];
  dataDir: string;
  region: string;
  awsEndpoint: string;
  accessKeyFor(roleArn: string, sessionName: string): string;
  /** Executions at once in the whole account; 1,000 by default. */
  concurrentExecutions?: number;
  /** Whether the role of a function lets it write its logs. */
  mayLog?(spec: FunctionSpec): boolean;
  /** Folder for compiled code, which makes later starts faster. */
  compileCacheDir?: string;
  /** Bounds the number of instances. */
  descriptors?: Descriptors;
  onInvocation?(report: InvocationReport): void;
  asyncRetryDelayMs?: (attempts: number) => number;
  /** The largest payloads; those of AWS by default. */
  max?: Maxima;
}

/** What a caller may send beside the payload. */
export interface InvokeOptions {
  /** JSON text. */
  clientContext?: string;
  /** Those of the call, or of the messages that it passes on. */
  traceHeaders?: readonly (string | undefined)[];
}

export interface InvokeResult {
  requestId: string;
  /** JSON text. */
  payload: string;
  functionError?: 'Unhandled';
}

/** A finished invocation, for metering. */
export interface InvocationReport {
  functionName: string;
  requestId: string;
  durationMs: number;
  memoryMb: number;
  coldStart: boolean;
  failed: boolean;
}

/** The default quota of an account: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const CONCURRENT_EXECUTIONS = 1000;
const EXPIRY_CHECK_MS = 30_000;
/** Loading code takes a core. */
const WARMED_AT_ONCE = 2;

/**
 * Lambda: runs functions in worker threads. `protocol.ts` reads and answers calls, `operations/` invokes functions synchronously and
 * asynchronously, `state/` keeps asynchronous calls, logs and metrics; `instances/` has the worker threads, `event-sources/` polls
 * queues, and `definitions.ts` holds the functions that the template asks for.
 */
export class LambdaRuntime {
  readonly metrics = new MetricsStore();
  private readonly specs: ReadonlyMap<string, FunctionSpec>;
  private readonly pools: ReadonlyMap<string, FunctionPool>;
  private readonly logs: LogFiles;
  private readonly concurrency: Concurrency;
  /** The functions that may not write logs. */
  private readonly silent: ReadonlySet<string>;
  private readonly store: AsyncStore;
  private readonly asyncQueue: AsyncQueue;
  private readonly options: LambdaRuntimeOptions;
  private readonly room: InstanceRoom;
  private readonly max: Maxima;
  private readonly expiry: NodeJS.Timeout;

  constructor(options: LambdaRuntimeOptions) {
    this.options = options;
    this.room = new InstanceRoom(options.descriptors ?? UNLIMITED);
    this.max = options.max ?? AWS_LIMITS.max;
    this.specs = new Map(options.functions.map((spec) => [spec.name, spec]));
    this.concurrency = new Concurrency(options.concurrentExecutions ?? CONCURRENT_EXECUTIONS, options.functions);
    this.logs = new LogFiles(join(options.dataDir, 'logs'));
    this.silent = new Set(options.functions.filter((spec) => options.mayLog?.(spec) === false).map(({ name }) => name));
    this.pools = new Map(options.functions.map((spec) => [spec.name, this.createPool(spec)]));
    this.store = new AsyncStore(join(options.dataDir, 'lambda', 'async.sqlite'));
    this.asyncQueue = new AsyncQueue({
      store: this.store,
      specOf: (name) => this.specs.get(name),
      run: async (call) =>
        !(await this.run(this.require(call.functionName), call.id, call.payload, call)).functionError,
      onDropped: (call) => this.reportDropped(call),
      ...(options.asyncRetryDelayMs && { retryDelayMs: options.asyncRetryDelayMs }),
    });
    this.expiry = setInterval(() => void this.expireIdle(), EXPIRY_CHECK_MS).unref();
  }

  /** Continues the asynchronous calls of an earlier process. Call it when every service that functions use is ready. */
  start(): void {
    this.asyncQueue.resume();
  }

  /** Starts an instance of each of these functions before their first calls, a few at a time: a call meanwhile does not wait for all of them. */
  async warm(names: readonly string[]): Promise<void> {
    const left = [...names];
    const warmNext = async () => {
      for (let name = left.shift(); name !== undefined; name = left.shift()) await this.pools.get(name)?.warm();
    };
    await Promise.all(Array.from({ length: WARMED_AT_ONCE }, warmNext));
  }

  /** Whether an idle instance of the function exists. */
  isWarm(name: string): boolean {
    return this.pools.get(name)?.isWarm ?? false;
  }

  /** What a function has logged so far, the last lines of its log files. */
  async readLogs(functionName: string, query: LogQuery): Promise<string[]> {
    await this.logs.flush();
    return readLogs(this.logs.dir, functionName, query);
  }

  /** Ends the instance that has been idle longest. Resolves to false if none is idle. */
  endIdleInstance(): Promise<boolean> {
    return this.room.endLongestIdle();
  }

  /** Finds a function by its name or ARN. A version or alias is ignored. */
  find(nameOrArn: string): FunctionSpec | undefined {
    const name = /^(?:arn:[^:]+:lambda:[^:]+:\d+:function:|\d+:function:|function:)?([^:]+)/.exec(nameOrArn)?.[1];
    return name === undefined ? undefined : this.specs.get(name);
  }

  /** Calls a function and waits for its result. Throws AwsError, such as TooManyRequestsException and RecursiveInvocationException. */
  async invoke(nameOrArn: string, payload: string, options: InvokeOptions = {}): Promise<InvokeResult> {
    const spec = this.require(nameOrArn);
    const most = this.max['lambda.requestBytes'];
    if (isLarger(payload, most)) {
      throw tooLarge(`Request must be smaller than ${most} bytes for the InvokeFunction operation`);
    }
    this.refuseLoop(spec, options);
    return this.run(spec, randomUUID(), payload, options);
  }

  /** Accepts an asynchronous call, which is retried if it fails. Returns its request id. @throws AwsError */
  invokeAsync(nameOrArn: string, payload: string, { traceHeaders = [] }: InvokeOptions = {}): string {
    const spec = this.require(nameOrArn);
    const most = this.max['lambda.eventBytes'];
    if (isLarger(payload, most)) {
      const size = Buffer.byteLength(payload);
      throw tooLarge(`${size} byte payload is too large for the Event invocation type (limit ${most} bytes)`);
    }
    this.refuseLoop(spec, { traceHeaders });
    const requestId = randomUUID();
    this.asyncQueue.accept({ id: requestId, functionName: spec.name, payload, traceHeaders });
    return requestId;
  }

  private refuseLoop(spec: FunctionSpec, { traceHeaders = [] }: InvokeOptions): void {
    if (isLoop(lineageOf(traceHeaders), spec)) throw recursiveInvocation(spec.name);
  }

  async close(): Promise<void> {
    clearInterval(this.expiry);
    const stopped = this.asyncQueue.stop();
    await Promise.all([...this.pools.values()].map((pool) => pool.close()));
    await stopped;
    await this.logs.flush();
    this.store.close();
  }

  private require(nameOrArn: string): FunctionSpec {
    const spec = this.find(nameOrArn);
    if (!spec) throw functionNotFound(nameOrArn);
    return spec;
  }

  private createPool(spec: FunctionSpec): FunctionPool {
    const instances = {
      environment: functionEnvironment(spec, {
        region: this.options.region,
        awsEndpoint: this.options.awsEndpoint,
        accessKeyId: this.options.accessKeyFor(spec.roleArn, spec.name),
      }),
      ...(this.options.compileCacheDir && { compileCacheDir: this.options.compileCacheDir }),
      ...(this.room.maxConnections !== undefined && { maxConnections: this.room.maxConnections }),
      onLog: (text: string) => {
        // The metrics are lines of the log.
        if (this.silent.has(spec.name)) return;
        this.log(spec.name, text);
        this.metrics.read(text);
      },
    };
    return new FunctionPool(spec, instances, this.room);
  }

  private async run(
    spec: FunctionSpec,
    requestId: string,
    payload: string,
    { clientContext, traceHeaders = [] }: InvokeOptions,
  ): Promise<InvokeResult> {
    const { name } = spec;
    const pool = this.pools.get(name);
    if (!pool) throw functionNotFound(name);
    const lineage: Lineage = withPass(lineageOf(traceHeaders), spec);
    const end = this.concurrency.begin(spec);
    const startedAt = performance.now();
    const outcome = await pool
      .invoke({ requestId, payload, lineage, ...(clientContext !== undefined && { clientContext }) })
      .finally(end);
    const result = limitResponse(outcome, this.max['lambda.responseBytes']);
    const durationMs = performance.now() - startedAt;
    this.report({
      functionName: name,
      requestId,
      durationMs,
      memoryMb: spec.memoryMb,
      coldStart: outcome.coldStart,
      failed: !result.ok,
    });
    return result.ok
      ? { requestId, payload: result.payload }
      : { requestId, payload: JSON.stringify(result.error), functionError: 'Unhandled' };
  }

  private log(functionName: string, text: string): void {
    if (!this.silent.has(functionName)) this.logs.append(functionName, text);
  }

  private report(report: InvocationReport): void {
    const billed = Math.ceil(report.durationMs);
    this.log(
      report.functionName,
      `REPORT RequestId: ${report.requestId}\tDuration: ${report.durationMs.toFixed(2)} ms\tBilled Duration: ${billed} ms` +
        `\tMemory Size: ${report.memoryMb} MB${report.coldStart ? '\tInit: cold' : ''}${report.failed ? '\tStatus: error' : ''}\n`,
    );
    this.options.onInvocation?.(report);
  }

  private reportDropped(call: AsyncCall): void {
    this.log(call.functionName, `DROPPED RequestId: ${call.id}\tan asynchronous call failed for good\n`);
  }

  private async expireIdle(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.expireIdle(Date.now())));
  }
}

/** A text of few characters is not measured. */
const isLarger = (payload: string, maxBytes: number): boolean =>
  payload.length * 3 > maxBytes && Buffer.byteLength(payload) > maxBytes;

/** The model calls it RequestTooLargeException. What Lambda sends has this name, as reports of many clients show. */
const tooLarge = (message: string) => new AwsError('RequestEntityTooLargeException', message, 413);

function limitResponse(
  outcome: Outcome,
  maxBytes: number,
): { ok: true; payload: string } | { ok: false; error: FunctionErrorPayload } {
  if (!outcome.ok || !isLarger(outcome.payload, maxBytes)) return outcome;
  return {
    ok: false,
    error: {
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: `Response payload size exceeded maximum allowed payload size (${maxBytes} bytes).`,
    },
  };
}
