import { AWS_LIMITS, type Maxima } from '../../limits/limits.ts';
import type { Faux, FauxStore } from '../state/fauxqs.ts';
import { TraceHeaders } from '../state/trace-headers.ts';
import { limitBatches } from './limits.ts';
import { MoveTasks } from './move-tasks.ts';
import { receive } from './receive.ts';

export type Body = Record<string, unknown>;

export interface Operations {
  /** An operation by its name in the API. It throws fauxqs' `SqsError`. */
  find(name: string): ((body: Body, traceHeader?: string) => unknown) | undefined;
  readonly names: readonly string[];
  close(): void;
}

/** The operations of SQS: fauxqs' own, some of them changed, and those that fauxqs lacks. */
export function sqsOperations(faux: Faux, store: FauxStore, max: Maxima = AWS_LIMITS.max): Operations {
  const moves = new MoveTasks(faux, store);
  const traces = new TraceHeaders(faux, store);
  const actions = new Map<string, (body: Body, traceHeader?: string) => unknown>();
  for (const [name, action] of faux.actions) actions.set(name, (body) => action(body, store, { headers: {} }));
  limitBatches(faux, actions, max);
  const fauxReceive = faux.actions.get('ReceiveMessage');
  if (fauxReceive) {
    actions.set('ReceiveMessage', async (body) => traces.addTo(await receive(fauxReceive, body, store), body));
  }
  for (const name of ['SendMessage', 'SendMessageBatch']) {
    const send = actions.get(name);
    if (!send) continue;
    actions.set(name, (body, traceHeader) => {
      for (const message of Array.isArray(body.Entries) ? body.Entries : [body]) checkAttributes(faux, message);
      return traces.keeping(traceHeader, () => send(body));
    });
  }
  const sendBatch = actions.get('SendMessageBatch');
  actions.set('SendMessageBatch', (body, traceHeader) => {
    // fauxqs takes it for granted.
    const entries: readonly unknown[] = Array.isArray(body.Entries) ? body.Entries : [];
    const lacking = entries.findIndex((entry) => typeof (entry as Body | null)?.MessageBody !== 'string');
    if (lacking < 0) return sendBatch?.(body, traceHeader);
    const parameter = `SendMessageBatchRequestEntry.${lacking + 1}.MessageBody`;
    throw new faux.SqsError('MissingParameter', `The request must contain the parameter ${parameter}.`);
  });
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

/** fauxqs takes it for granted that each attribute of a message has a data type. */
function checkAttributes({ SqsError }: Faux, message: Body | null): void {
  for (const [name, attribute] of Object.entries(message?.MessageAttributes ?? {})) {
    if (typeof (attribute as Body | null)?.DataType === 'string') continue;
    throw new SqsError('InvalidParameterValue', `The message attribute '${name}' must contain a data type.`);
  }
}
