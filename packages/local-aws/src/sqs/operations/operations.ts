import type { Faux, FauxStore } from '../state/fauxqs.ts';
import { MoveTasks } from './move-tasks.ts';
import { receive } from './receive.ts';

export type Body = Record<string, unknown>;

export interface Operations {
  /** An operation by its name in the API. It throws fauxqs' `SqsError`. */
  find(name: string): ((body: Body) => unknown) | undefined;
  readonly names: readonly string[];
  close(): void;
}

/** The operations of SQS: fauxqs' own, some of them changed, and those that fauxqs lacks. */
export function sqsOperations(faux: Faux, store: FauxStore): Operations {
  const moves = new MoveTasks(faux, store);
  const actions = new Map<string, (body: Body) => unknown>();
  for (const [name, action] of faux.actions) actions.set(name, (body) => action(body, store, { headers: {} }));
  const fauxReceive = faux.actions.get('ReceiveMessage');
  if (fauxReceive) actions.set('ReceiveMessage', (body) => receive(fauxReceive, body, store));
  const getAttributes = actions.get('GetQueueAttributes');
  actions.set('GetQueueAttributes', (body) => {
    // fauxqs updates delayed and in-flight messages only on a receive.
    store.processAllTimers();
    return getAttributes?.(body);
  });
  actions.set('StartMessageMoveTask', (body) => moves.start(body));
  actions.set('ListMessageMoveTasks', (body) => moves.list(body));
  actions.set('CancelMessageMoveTask', (body) => moves.cancel(body));
  actions.set('ListDeadLetterSourceQueues', (body) => ({
    queueUrls: moves.sourcesOf(store.getQueue(String(body.QueueUrl))?.arn ?? '').map((queue) => queue.url),
  }));
  return { find: (name) => actions.get(name), names: [...actions.keys()], close: () => moves.close() };
}
