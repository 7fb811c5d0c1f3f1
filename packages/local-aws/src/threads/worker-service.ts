import { type Transferable, Worker } from 'node:worker_threads';
import { AwsError } from '../gateway/errors.ts';
import { protocolOf } from '../gateway/protocols.ts';
import type { AwsResponse, ServiceHandler } from '../gateway/types.ts';
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
  /** Called if the thread ends unexpectedly. */
  readonly onExit?: (reason: Error) => void;
}

interface Waiting {
  resolve(answer: WorkerAnswer): void;
  reject(error: Error): void;
}

/** Starts a service in its own thread, so that it does not share a core with the gateway. */
export async function startWorkerService(options: WorkerServiceOptions): Promise<WorkerService> {
  const { service, entry, workerData, transferList = [], onExit } = options;
  const worker = new Worker(entry, {
    workerData,
    transferList: [...transferList],
    execArgv: ['--disable-warning=ExperimentalWarning'],
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
      if (!closing) onExit?.(ended);
      resolve();
    });
  });

  await new Promise<void>((resolve, reject) => {
    worker.once('message', (start: WorkerStart) => {
      if (start.ready) resolve();
      else reject(new Error(`${service} could not start: ${start.reason}`));
    });
    exited.then(() => reject(ended));
  });
  worker.on('message', (answer: WorkerAnswer) => {
    waiting.get(answer.id)?.resolve(answer);
    waiting.delete(answer.id);
  });

  const call = (operation: string, body: string) =>
    new Promise<WorkerAnswer>((resolve, reject) => {
      if (ended) {
        reject(unavailable(service));
        return;
      }
      const message: WorkerCall = { id: nextId++, operation, body };
      waiting.set(message.id, { resolve, reject });
      worker.postMessage(message);
    });

  const contentType = protocolOf(service) === 'json-1.0' ? 'application/x-amz-json-1.0' : 'application/x-amz-json-1.1';
  const handler: ServiceHandler = async (request): Promise<AwsResponse> => {
    const { status, body, headers, units } = await call(request.operation, request.body.toString());
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
