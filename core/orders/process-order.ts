import { type Clock, isoNow } from '../clock.ts';
import type { EmailRequest } from '../email/batch.ts';
import { PregonError } from '../errors.ts';
import type { Telemetry } from '../telemetry.ts';
import type { OrderEvents } from './events.ts';
import { noticeId, noticeOf } from './notice.ts';
import type { OrderChange, OrderRecord, OrderStatus } from './order.ts';
import type { OrderMessage, OrderQueue } from './queue.ts';
import type { OrderStore } from './store.ts';

export interface ProcessorDeps {
  store: Pick<OrderStore, 'get' | 'record'>;
  queue: OrderQueue;
  events: OrderEvents;
  /** Accepts a transactional email. The same batch id again is the same email. */
  accept(request: EmailRequest, batchId: string): Promise<void>;
  /** The sender of the notices. */
  from: EmailRequest['from'];
  clock: Clock;
  telemetry: Telemetry;
}

/** The first wait for the status before. Each further wait is twice as long. */
const FIRST_WAIT_S = 1;
const MAX_WAIT_S = 300;
/** Eight minutes of waiting. By then the message of the status before is a dead letter, or its processor fails. */
const STUCK_WAITS = 9;
/** A day of waiting. Then the message is left to the dead-letter queue, from which it can be replayed. */
const MAX_WAITS = 300;

/**
 * Processes one change of status: waits for the change before it, tells other systems and the customer, and records it on the order's
 * timeline. Each step may be repeated. Throws when it must be tried again, and for a message without such a change.
 */
export async function processOrder(deps: ProcessorDeps, message: OrderMessage): Promise<void> {
  const { store, telemetry } = deps;
  const { orderId, status } = message;
  const order = await store.get(orderId);
  const change = order?.changes[status];
  if (!order || !change) {
    telemetry.count('Poison');
    throw new Error(`The order ${orderId} never had the status ${status} of the message`);
  }
  if (order.timeline[status]) {
    telemetry.count('Duplicate');
    return;
  }
  if (change.from && !order.timeline[change.from]) return wait(deps, message, change.from);

  await deps.events.publish(change);
  const batchId = await tellCustomer(deps, change);
  const record: OrderRecord = { at: isoNow(deps.clock) };
  const recorded = await store.record(orderId, status, batchId === undefined ? record : { ...record, batchId });
  telemetry.count(recorded ? 'OrderProcessed' : 'Duplicate');
}

/** Replaces the message by a delayed copy, so that waiting uses up no receive. */
async function wait({ queue, telemetry }: ProcessorDeps, message: OrderMessage, before: OrderStatus): Promise<void> {
  const waits = message.waits + 1;
  if (waits > MAX_WAITS) {
    telemetry.count('OrderStuck');
    throw new Error(`The change of order ${message.orderId} to ${message.status} has waited a day for ${before}`);
  }
  const delaySeconds = Math.min(MAX_WAIT_S, FIRST_WAIT_S * 2 ** message.waits);
  await queue.send({ ...message, waits }, delaySeconds);
  telemetry.count('Postponed');
  if (waits >= STUCK_WAITS) {
    telemetry.count('OrderStuck');
    telemetry.warn(`An order's change waits for its timeline to show ${before}`, { ...message, delaySeconds });
  }
}

/** Resolves to the notice's batch id, or to undefined without a customer. */
async function tellCustomer(
  { accept, from, telemetry }: ProcessorDeps,
  { order, status }: OrderChange,
): Promise<string | undefined> {
  const notice = noticeOf(order, from);
  if (!notice) return undefined;
  const batchId = noticeId(order.orderId, status);
  try {
    await accept(notice, batchId);
  } catch (error) {
    // An earlier try was accepted with other content, because a template or the sender has changed since. Once is enough.
    if (!(error instanceof PregonError && error.code === 'Conflict')) throw error;
    telemetry.info('The customer was already told, with other content', { orderId: order.orderId, status });
  }
  return batchId;
}
