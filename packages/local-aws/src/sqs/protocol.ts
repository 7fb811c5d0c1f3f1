import { workerData } from 'node:worker_threads';
import type { Maxima } from '../limits/limits.ts';
import { internalFailure, runWorker } from '../threads/worker-main.ts';
import type { WorkerAnswer, WorkerCall } from '../threads/worker-protocol.ts';
import type { QueueDefinition } from './definitions.ts';
import { type Body, type Operations, sqsOperations } from './operations/operations.ts';
import { type Faux, type FauxError, loadFaux } from './state/fauxqs.ts';
import { openQueues } from './state/queue-store.ts';
import { deleteExpired } from './state/retention.ts';

/** What the thread of SQS starts with. */
export interface SqsWorkerData {
  /** Folder of the queues. */
  readonly folder: string;
  /** Queue URLs begin with it. */
  readonly awsEndpoint: string;
  readonly queues: readonly QueueDefinition[];
  readonly max: Maxima;
}

type Answer = Omit<WorkerAnswer, 'id'>;

const RETENTION_CHECK_MS = 60_000;

await runWorker(async () => {
  const { folder, awsEndpoint, queues, max } = workerData as SqsWorkerData;
  const faux = await loadFaux();
  const { store, afterCommit, close } = openQueues(faux, folder, awsEndpoint, queues, max);
  const operations = sqsOperations(faux, store, max);
  const retention = setInterval(() => deleteExpired(store, Date.now()), RETENTION_CHECK_MS);
  return {
    handle(call, answer) {
      dispatch(faux, operations, call).then((result) => afterCommit(() => answer(result)));
    },
    close() {
      clearInterval(retention);
      operations.close();
      close();
    },
  };
});

/** Handles one call in AWS JSON 1.0. Never rejects. */
async function dispatch(faux: Faux, operations: Operations, call: WorkerCall): Promise<Answer> {
  const { operation: name, body: text, traceHeader } = call;
  try {
    const operation = operations.find(name);
    if (!operation) throw new faux.SqsError('InvalidAction', `The SQS operation ${name} is not part of this local AWS`);
    const result = await operation(JSON.parse(text === '' ? '{}' : text) as Body, traceHeader);
    return { status: 200, body: JSON.stringify(result ?? {}) };
  } catch (error) {
    if (error instanceof SyntaxError) return invalid('The request is not valid JSON');
    if (!(error instanceof faux.SqsError)) return internalFailure('com.amazonaws.sqs#InternalError', error);
    const known = error as FauxError;
    const headers = { 'x-amzn-query-error': known.queryErrorHeader };
    return { status: known.statusCode, body: JSON.stringify(known.toJSON()), headers };
  }
}

function invalid(message: string): Answer {
  return { status: 400, body: JSON.stringify({ __type: 'com.amazonaws.sqs#SerializationException', message }) };
}
