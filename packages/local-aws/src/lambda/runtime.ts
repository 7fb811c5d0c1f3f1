import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { AsyncQueue } from './async-queue.ts';
import { functionEnvironment } from './instances/environment.ts';
import type { Outcome } from './instances/instance.ts';
import type { FunctionErrorPayload } from './instances/messages.ts';
import { FunctionPool } from './instances/pool.ts';
import type { FunctionSpec, InvocationReport } from './spec.ts';
import { type AsyncCall, AsyncStore } from './state/async-store.ts';
import { LogFiles } from './state/logs.ts';
import { MetricsStore } from './state/metrics.ts';

export interface LambdaRuntimeOptions {
  functions: readonly FunctionSpec[];
  dataDir: string;
  region: string;
  awsEndpoint: string;
  accessKeyFor(roleArn: string): string;
  /** Where compiled bundles are kept between starts. */
  compileCacheDir?: string;
  onInvocation?(report: InvocationReport): void;
  asyncRetryDelayMs?: (attempts: number) => number;
}

export interface InvokeResult {
  requestId: string;
  /** JSON. */
  payload: string;
  functionError?: 'Unhandled';
}

/** An answer of the Lambda service itself, not of a function. */
export class LambdaServiceError extends Error {
  readonly status: number;

  constructor(name: string, status: number, message: string) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

/** Quotas of Lambda: the payload of a synchronous call, of its answer, and of an asynchronous call. */
const MAX_REQUEST_BYTES = 6 * 1024 * 1024;
const MAX_RESPONSE_BYTES = 6_291_556;
const MAX_EVENT_BYTES = 1024 * 1024;
const EXPIRY_CHECK_MS = 30_000;

/** Lambda on one machine: runs the template's functions from their bundles, in worker threads. */
export class LambdaRuntime {
  readonly metrics = new MetricsStore();
  private readonly specs: ReadonlyMap<string, FunctionSpec>;
  private readonly pools: ReadonlyMap<string, FunctionPool>;
  private readonly logs: LogFiles;
  private readonly store: AsyncStore;
  private readonly asyncQueue: AsyncQueue;
  private readonly options: LambdaRuntimeOptions;
  private readonly expiry: NodeJS.Timeout;

  constructor(options: LambdaRuntimeOptions) {
    this.options = options;
    this.specs = new Map(options.functions.map((spec) => [spec.name, spec]));
    this.logs = new LogFiles(join(options.dataDir, 'logs'));
    this.pools = new Map(options.functions.map((spec) => [spec.name, this.createPool(spec)]));
    this.store = new AsyncStore(join(options.dataDir, 'lambda', 'async.sqlite'));
    this.asyncQueue = new AsyncQueue({
      store: this.store,
      specOf: (name) => this.specs.get(name),
      run: async (call) => !(await this.run(call.functionName, call.id, call.payload)).functionError,
      onDropped: (call) => this.reportDropped(call),
      ...(options.asyncRetryDelayMs && { retryDelayMs: options.asyncRetryDelayMs }),
    });
    this.expiry = setInterval(() => void this.expireIdle(), EXPIRY_CHECK_MS).unref();
  }

  /** Goes on with the asynchronous calls of an earlier run, once everything that functions call is there. */
  start(): void {
    this.asyncQueue.resume();
  }

  /** Starts one instance of each of these functions ahead of their first calls. */
  async warm(names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => this.pools.get(name)?.warm()));
  }

  /** Whether a call of this function would find an instance that waits for one. */
  isWarm(name: string): boolean {
    return this.pools.get(name)?.isWarm ?? false;
  }

  /** The function of a name or ARN (a version or alias behind it is passed over). */
  find(nameOrArn: string): FunctionSpec | undefined {
    const name = /^(?:arn:[^:]+:lambda:[^:]+:\d+:function:|\d+:function:|function:)?([^:]+)/.exec(nameOrArn)?.[1];
    return name === undefined ? undefined : this.specs.get(name);
  }

  /** Calls a function and waits for its answer. Throws LambdaServiceError. */
  async invoke(nameOrArn: string, payload: string, clientContext?: string): Promise<InvokeResult> {
    const spec = this.require(nameOrArn);
    limitPayload(payload, MAX_REQUEST_BYTES);
    return this.run(spec.name, randomUUID(), payload, clientContext);
  }

  /** Accepts a call that is run, and on failure repeated, behind the caller. Answers its request id. */
  invokeAsync(nameOrArn: string, payload: string): string {
    const spec = this.require(nameOrArn);
    limitPayload(payload, MAX_EVENT_BYTES);
    const requestId = randomUUID();
    this.asyncQueue.accept(requestId, spec.name, payload);
    return requestId;
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
    if (!spec) throw new LambdaServiceError('ResourceNotFoundException', 404, `Function not found: ${nameOrArn}`);
    return spec;
  }

  private createPool(spec: FunctionSpec): FunctionPool {
    return new FunctionPool(spec, {
      environment: functionEnvironment(spec, {
        region: this.options.region,
        awsEndpoint: this.options.awsEndpoint,
        accessKeyId: this.options.accessKeyFor(spec.roleArn),
      }),
      ...(this.options.compileCacheDir && { compileCacheDir: this.options.compileCacheDir }),
      onLog: (text) => {
        this.logs.append(spec.name, text);
        this.metrics.read(text);
      },
    });
  }

  private async run(name: string, requestId: string, payload: string, clientContext?: string): Promise<InvokeResult> {
    const pool = this.pools.get(name);
    const spec = this.require(name);
    const startedAt = performance.now();
    const outcome = await pool
      ?.invoke({ requestId, payload, ...(clientContext && { clientContext }) })
      .catch((error: unknown) => {
        throw asServiceError(error);
      });
    if (!outcome) throw new LambdaServiceError('ResourceNotFoundException', 404, `Function not found: ${name}`);
    const result = limitResponse(outcome);
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

  private report(report: InvocationReport): void {
    const billed = Math.ceil(report.durationMs);
    this.logs.append(
      report.functionName,
      `REPORT RequestId: ${report.requestId}\tDuration: ${report.durationMs.toFixed(2)} ms\tBilled Duration: ${billed} ms` +
        `\tMemory Size: ${report.memoryMb} MB${report.coldStart ? '\tInit: cold' : ''}${report.failed ? '\tStatus: error' : ''}\n`,
    );
    this.options.onInvocation?.(report);
  }

  private reportDropped(call: AsyncCall): void {
    this.logs.append(call.functionName, `DROPPED RequestId: ${call.id}\tan asynchronous call failed for good\n`);
  }

  private async expireIdle(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.expireIdle(Date.now())));
  }
}

function limitPayload(payload: string, maxBytes: number): void {
  if (payload.length * 3 <= maxBytes || Buffer.byteLength(payload) <= maxBytes) return;
  throw new LambdaServiceError(
    'RequestTooLargeException',
    413,
    `Request must be smaller than ${maxBytes} bytes for the InvokeFunction operation`,
  );
}

function limitResponse(outcome: Outcome): { ok: true; payload: string } | { ok: false; error: FunctionErrorPayload } {
  if (!outcome.ok || Buffer.byteLength(outcome.payload) <= MAX_RESPONSE_BYTES) return outcome;
  return {
    ok: false,
    error: {
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`,
    },
  };
}

function asServiceError(error: unknown): Error {
  if (error instanceof Error && error.name === 'TooManyRequestsException') {
    return new LambdaServiceError('TooManyRequestsException', 429, error.message);
  }
  return error instanceof Error ? error : new Error(String(error));
}
