import { parentPort } from 'node:worker_threads';
import { keepThreadTimeSteady } from '../steady-time.ts';
import { isStoreFailure } from '../storage/failure.ts';
import { CLOSE, type FailureMessage, type WorkerAnswer, type WorkerCall, type WorkerStart } from './worker-protocol.ts';

export interface WorkerMain {
  /** Handles one call. `answer` may be called later. */
  handle(call: WorkerCall, answer: (result: Omit<WorkerAnswer, 'id'>) => void): void;
  close(): void | Promise<void>;
}

/** Runs the thread of a service: starts it, reports that it is ready, passes calls on, and closes it on request. */
export async function runWorker(start: () => WorkerMain | Promise<WorkerMain>): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error('This file runs in a worker thread');
  keepThreadTimeSteady();
  let main: WorkerMain;
  try {
    main = await start();
  } catch (error) {
    port.postMessage({ ready: false, reason: failureMessage(error) } satisfies WorkerStart);
    port.close();
    return;
  }
  port.on('message', (message: WorkerCall | typeof CLOSE) => {
    if (message === CLOSE) {
      // A long poll in progress would keep the thread alive for up to 20 s. Its messages are on disk.
      Promise.resolve(main.close()).finally(() => process.exit());
      return;
    }
    main.handle(message, (result) => port.postMessage({ id: message.id, ...result } satisfies WorkerAnswer));
  });
  port.postMessage({ ready: true } satisfies WorkerStart);
}

/** The response to a call that failed unexpectedly. Such a call must not end the thread. */
export function internalFailure(__type: string, error: unknown): Omit<WorkerAnswer, 'id'> {
  const failure = failureMessage(error);
  const body = JSON.stringify({ __type, message: `The local service failed: ${failure.message}` });
  return { status: 500, body, ...(failure.kind && { failure }) };
}

const failureMessage = (error: unknown): FailureMessage => ({
  message: error instanceof Error ? error.message : String(error),
  ...(isStoreFailure(error) && { kind: error.kind }),
});
