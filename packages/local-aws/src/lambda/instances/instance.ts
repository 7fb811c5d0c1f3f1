import { randomBytes } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { YOUNG_GENERATION_MB } from '../../threads/heap.ts';
import type { FunctionSpec } from '../definitions.ts';
import { type Lineage, lineageText } from '../operations/lineage.ts';
import type { FunctionErrorPayload, InstanceData, InstanceMessage, InvokeMessage } from './messages.ts';
import { afterRunning } from './running-time.ts';

export interface Invocation {
  requestId: string;
  payload: string;
  clientContext?: string;
  lineage: Lineage;
}

export type Outcome =
  | { ok: true; payload: string }
  /** `fatal`: the instance has ended. */
  | { ok: false; error: FunctionErrorPayload; fatal: boolean };

export interface InstanceOptions {
  environment: Readonly<Record<string, string>>;
  compileCacheDir?: string;
  /** The most connections that each HTTP client of the code opens to one address. */
  maxConnections?: number;
  onLog(text: string): void;
}

/** An execution environment of a function: a worker thread that handles one invocation at a time. */
export class Instance {
  lastUsedAt = Date.now();
  /** Whether it has had no invocation yet. */
  cold = true;
  private readonly worker: Worker;
  private readonly spec: FunctionSpec;
  private readonly ready: Promise<FunctionErrorPayload | undefined>;
  private settle: ((outcome: Outcome) => void) | undefined;
  private exited = false;
  private requestId = '';

  constructor(spec: FunctionSpec, options: InstanceOptions) {
    this.spec = spec;
    const logStream = `${new Date().toISOString().slice(0, 10)}/[$LATEST]${randomBytes(16).toString('hex')}`;
    const data: InstanceData = {
      codeDir: spec.codeDir,
      handler: spec.handler,
      runtime: spec.runtime,
      functionName: spec.name,
      functionArn: spec.arn,
      memoryMb: spec.memoryMb,
      logGroup: spec.logGroup,
      logStream,
      ...(options.maxConnections !== undefined && { maxConnections: options.maxConnections }),
      ...(options.compileCacheDir && { compileCacheDir: options.compileCacheDir }),
    };
    this.worker = new Worker(new URL('./bootstrap.ts', import.meta.url), {
      workerData: data,
      env: { ...options.environment, AWS_LAMBDA_LOG_STREAM_NAME: logStream },
      argv: [],
      execArgv: ['--disable-warning=ExperimentalWarning'],
      resourceLimits: { maxOldGenerationSizeMb: spec.memoryMb, maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
      name: spec.name,
    });
    this.ready = new Promise((resolve) => {
      this.worker.on('message', (message: InstanceMessage) => {
        if (message.type === 'log') options.onLog(message.text);
        else if (message.type === 'ready') resolve(undefined);
        else if (message.type === 'init-failed') resolve(message.error);
        else this.finish(message);
      });
      this.worker.on('exit', (code) => {
        this.exited = true;
        const error = this.exitError(`exit status ${code}`);
        resolve(error);
        this.settle?.({ ok: false, error, fatal: true });
      });
    });
    this.worker.on('error', (error: NodeJS.ErrnoException) => {
      const cause = error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'signal: killed' : error.message;
      this.settle?.({ ok: false, error: this.exitError(cause), fatal: true });
    });
  }

  /** Resolves when the code is loaded. */
  async warm(): Promise<void> {
    await this.ready;
  }

  /** Handles one event. If the function times out, the thread is terminated. */
  async invoke(call: Invocation): Promise<Outcome> {
    this.cold = false;
    this.requestId = call.requestId;
    const initError = await this.ready;
    if (initError || this.exited) {
      await this.terminate();
      return { ok: false, error: initError ?? this.exitError('exit status 1'), fatal: true };
    }
    const timeoutMs = this.spec.timeoutSeconds * 1000;
    const message: InvokeMessage = {
      type: 'invoke',
      requestId: call.requestId,
      payload: call.payload,
      deadline: Date.now() + timeoutMs,
      traceId: traceId(call.lineage),
      ...(call.clientContext && { clientContext: call.clientContext }),
    };
    let cancel: () => void = () => undefined;
    const outcome = await new Promise<Outcome>((resolve) => {
      this.settle = resolve;
      cancel = afterRunning(timeoutMs, () => resolve({ ok: false, error: this.timeoutError(), fatal: true }));
      this.worker.postMessage(message);
    });
    cancel();
    this.settle = undefined;
    this.lastUsedAt = Date.now();
    if (!outcome.ok && outcome.fatal) await this.terminate();
    return outcome;
  }

  async terminate(): Promise<void> {
    await this.worker.terminate();
  }

  private finish(message: Extract<InstanceMessage, { type: 'result' | 'failure' }>): void {
    if (message.requestId !== this.requestId) return;
    if (message.type === 'result') this.settle?.({ ok: true, payload: message.payload });
    else this.settle?.({ ok: false, error: message.error, fatal: message.fatal });
  }

  private timeoutError(): FunctionErrorPayload {
    return {
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${this.requestId} Error: Task timed out after ${this.spec.timeoutSeconds.toFixed(2)} seconds`,
    };
  }

  private exitError(cause: string): FunctionErrorPayload {
    return {
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${this.requestId} Error: Runtime exited with error: ${cause}`,
    };
  }
}

/** A trace header that is not sampled, because there is no X-Ray here. The SDK sends it with each call of the function. */
function traceId(lineage: Lineage): string {
  const time = Math.floor(Date.now() / 1000).toString(16);
  return `Root=1-${time}-${randomBytes(12).toString('hex')};Parent=${randomBytes(8).toString('hex')};Sampled=0${lineageText(lineage)}`;
}
