import { type Transferable, Worker } from 'node:worker_threads';
import { AwsError } from '../gateway/errors.ts';
import { protocolOf } from '../gateway/protocols.ts';
import type { AwsResponse, ServiceHandler } from '../gateway/types.ts';
import { explainedWrite, isStoreFailure, StoreFailure } from '../storage/failure.ts';
import { YOUNG_GENERATION_MB } from './heap.ts';
import { CLOSE, type WorkerAnswer, type WorkerCall, type WorkerStart } from './worker-protocol.ts';

export interface WorkerService {
  readonly handler: ServiceHandler;
  /** Calls the service directly, without the gateway's chain. `body` is JSON. */
  call(operation: string, body: string): Promise<WorkerAnswer>;
  close(): Promise<void>;
}

export interface WorkerServiceOptions {
  readonly service: string;
  /** The module that the thread runs. */
  readonly entry: URL;
  readonly workerData: unknown;
  /** The parts of `workerData` that are transferred instead of copied. */
  readonly transferList?: readonly Transferable[];
  readonly onFailure?: OnFailure;
}

/**
 * Receives a StoreFailure that a call met, and a ServiceEnded when the thread ends unexpectedly (or the StoreFailure that ended it).
 * `isFatal` says that the service cannot go on.
 */
export type OnFailure = (reason: Error, isFatal: boolean) => void;

/** The thread of a service has ended unexpectedly. The message is for the user. */
export class ServiceEnded extends Error {
  constructor(service: string, cause: Error) {
    super(`The service ${service} ended unexpectedly (${cause.message}). Start again: what was accepted is stored.`, {
      cause,
    });
    this.name = 'ServiceEnded';
  }
}

interface Waiting {
  resolve(answer: WorkerAnswer): void;
  reject(error: Error): void;
}

/** Starts a service in its own thread, so that it does not share a core with the gateway. */
export async function startWorkerService(options: WorkerServiceOptions): Promise<WorkerService> {
  const { service, entry, workerData, transferList = [], onFailure } = options;
  const worker = new Worker(entry, {
    workerData,
    transferList: [...transferList],
    execArgv: ['--disable-warning=ExperimentalWarning'],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    name: service,
  });
  const waiting = new Map<number, Waiting>();
  let nextId = 0;
  let closing = false;
  let ended: Error | undefined;

  const exited = new Promise<void>((resolve) => {
    let reason: Error | undefined;
    worker.on('error', (error: Error) => {
      reason = error;
    });
    worker.on('exit', (code) => {
      ended = reason ?? new Error(`The ${service} thread ended with status ${code}`);
      for (const call of waiting.values()) call.reject(unavailable(service));
      waiting.clear();
      const failure = explainedWrite(ended);
      if (!closing) onFailure?.(isStoreFailure(failure) ? failure : new ServiceEnded(service, ended), true);
      resolve();
    });
  });

  await new Promise<void>((resolve, reject) => {
    worker.once('message', (start: WorkerStart) => {
      if (start.ready) resolve();
      else {
        closing = true;
        const { message, kind } = start.reason;
        reject(kind ? new StoreFailure(kind, message) : new Error(`${service} could not start: ${message}`));
      }
    });
    exited.then(() => reject(ended));
  });
  worker.on('message', (answer: WorkerAnswer) => {
    const { message, kind } = answer.failure ?? {};
    if (message !== undefined && kind) onFailure?.(new StoreFailure(kind, message), kind === 'full');
    waiting.get(answer.id)?.resolve(answer);
    waiting.delete(answer.id);
  });

  const call = (operation: string, body: string, traceHeader?: string) =>
    new Promise<WorkerAnswer>((resolve, reject) => {
      if (ended) {
        reject(unavailable(service));
        return;
      }
      const message: WorkerCall = { id: nextId++, operation, body, ...(traceHeader !== undefined && { traceHeader }) };
      waiting.set(message.id, { resolve, reject });
      worker.postMessage(message);
    });

  const contentType = protocolOf(service) === 'json-1.0' ? 'application/x-amz-json-1.0' : 'application/x-amz-json-1.1';
  const handler: ServiceHandler = async (request): Promise<AwsResponse> => {
    const trace = request.headers['x-amzn-trace-id'];
    const traceHeader = typeof trace === 'string' ? trace : undefined;
    const { status, body, headers, units } = await call(request.operation, request.body.toString(), traceHeader);
    const base = { 'content-type': contentType, 'x-amzn-requestid': request.requestId };
    return { status, headers: headers ? { ...base, ...headers } : base, body, ...(units ? { units } : {}) };
  };

  const close = async () => {
    closing = true;
    if (!ended) worker.postMessage(CLOSE);
    await exited;
  };
  return { handler, call, close };
}

const unavailable = (service: string) => new AwsError('ServiceUnavailable', `${service} is not running`, 503);
