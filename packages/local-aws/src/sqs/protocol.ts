import { workerData } from 'node:worker_threads';
import { internalFailure, runWorker } from '../threads/worker-main.ts';
import type { WorkerAnswer } from '../threads/worker-protocol.ts';
import { MoveTasks } from './operations/move-tasks.ts';
import { receive } from './operations/receive.ts';
import { type FauxError, loadFaux } from './state/fauxqs.ts';
import { openQueues, type QueueDefinition } from './state/queue-store.ts';
import { forgetExpired } from './state/retention.ts';

export interface SqsWorkerData {
  readonly folder: string;
  readonly awsEndpoint: string;
  readonly queues: readonly QueueDefinition[];
}

type Body = Record<string, unknown>;
const RETENTION_CHECK_MS = 60_000;

await runWorker(async () => {
  const { folder, awsEndpoint, queues } = workerData as SqsWorkerData;
  const faux = await loadFaux();
  const { store, afterCommit, close } = openQueues(faux, folder, awsEndpoint, queues);
  const moves = new MoveTasks(faux, store);
  const retention = setInterval(() => forgetExpired(store, Date.now()), RETENTION_CHECK_MS);

  const actions = new Map<string, (body: Body) => unknown>();
  for (const [name, action] of faux.actions) actions.set(name, (body) => action(body, store, { headers: {} }));
  const fauxReceive = faux.actions.get('ReceiveMessage');
  if (fauxReceive) actions.set('ReceiveMessage', (body) => receive(fauxReceive, body, store));
  const getAttributes = faux.actions.get('GetQueueAttributes');
  actions.set('GetQueueAttributes', (body) => {
    // fauxqs looks at delays and visibility timeouts only when somebody receives.
    store.processAllTimers();
    return getAttributes?.(body, store, { headers: {} });
  });
  actions.set('StartMessageMoveTask', (body) => moves.start(body));
  actions.set('ListMessageMoveTasks', (body) => moves.list(body));
  actions.set('CancelMessageMoveTask', (body) => moves.cancel(body));
  actions.set('ListDeadLetterSourceQueues', (body) => ({
    queueUrls: moves.sourcesOf(store.getQueue(String(body.QueueUrl))?.arn ?? '').map((queue) => queue.url),
  }));

  const run = async (operation: string, text: string): Promise<Omit<WorkerAnswer, 'id'>> => {
    const action = actions.get(operation);
    try {
      if (!action)
        throw new faux.SqsError('InvalidAction', `The SQS operation ${operation} is not part of this local AWS`);
      const result = await action(JSON.parse(text === '' ? '{}' : text) as Body);
      return { status: 200, body: JSON.stringify(result ?? {}) };
    } catch (error) {
      if (error instanceof SyntaxError) return invalid('The request is not valid JSON');
      if (!(error instanceof faux.SqsError)) return internalFailure('com.amazonaws.sqs#InternalError', error);
      const known = error as FauxError;
      const headers = { 'x-amzn-query-error': known.queryErrorHeader };
      return { status: known.statusCode, body: JSON.stringify(known.toJSON()), headers };
    }
  };

  return {
    handle(call, answer) {
      run(call.operation, call.body).then((result) => afterCommit(() => answer(result)));
    },
    close() {
      clearInterval(retention);
      moves.close();
      close();
    },
  };
});

function invalid(message: string): Omit<WorkerAnswer, 'id'> {
  return { status: 400, body: JSON.stringify({ __type: 'com.amazonaws.sqs#SerializationException', message }) };
}
