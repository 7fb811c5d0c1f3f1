import type { Clock } from '../clock.ts';
import type { EmailRequest } from '../email/batch.ts';
import { PregonError } from '../errors.ts';
import type { Telemetry } from '../telemetry.ts';
import type { OrderEvents } from './events.ts';
import { noticeId, noticeOf } from './notice.ts';
import type { OrderChange, OrderRecord, OrderStatus } from './order.ts';
import type { OrderMessage, OrderQueue } from './queue.ts';
import type { OrderStore } from './store.ts';

export interface ProcessorDeps {
  store: OrderStore;
  queue: OrderQueue;
  events: OrderEvents;
  /** Accepts an email for the transactional lane; the same batch id again is the same email. */
  accept(request: EmailRequest, batchId: string): Promise<void>;
  /** Who the customer hears from. */
  from: EmailRequest['from'];
  clock: Clock;
  telemetry: Telemetry;
}

/** The first wait for the status before; each further one is twice as long. */
const FIRST_WAIT_S = 1;
const LONGEST_WAIT_S = 300;
/** Eight minutes of waiting: the message of the status before is among the dead letters, or its processor fails. */
const STUCK_WAITS = 9;

/**
 * Processes one change of status: waits for the one before it, tells other systems and the customer, records it on the order's timeline.
 * Each step may be repeated. Throws where it has to be tried again, and for a message that no order's change stands behind.
 */
export async function processOrder(deps: ProcessorDeps, message: OrderMessage): Promise<void> {
  const { store, telemetry } = deps;
  const { orderId, status } = message;
  const order = await store.get(orderId);
  const change = order?.changes[status];
  if (!order || !change) {
    telemetry.count('Poison');
    throw new Error(`The message says that the order ${orderId} is ${status}, and it never was`);
  }
  if (order.timeline[status]) {
    telemetry.count('Duplicate');
    return;
  }
  if (change.from && !order.timeline[change.from]) return wait(deps, message, change.from);

  await deps.events.publish(change);
  const batchId = await tellCustomer(deps, change);
  const record: OrderRecord = { at: new Date(deps.clock.now()).toISOString() };
  const recorded = await store.record(orderId, status, batchId === undefined ? record : { ...record, batchId });
  telemetry.count(recorded ? 'OrderProcessed' : 'Duplicate');
}

/** A delayed copy takes the message's place, so that waiting uses up none of its receives. */
async function wait({ queue, telemetry }: ProcessorDeps, message: OrderMessage, before: OrderStatus): Promise<void> {
  const waits = message.waits + 1;
  const delaySeconds = Math.min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** message.waits);
  await queue.send({ ...message, waits }, delaySeconds);
  telemetry.count('Postponed');
  if (waits >= STUCK_WAITS) {
    telemetry.count('OrderStuck');
    telemetry.warn(`An order's change waits for its timeline to show ${before}`, { ...message, delaySeconds });
  }
}

/** The notice's batch id; undefined where there is nobody to tell. */
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
    // Accepted by an earlier try in other words: a template or the sender was changed in between. Once is enough.
    if (!(error instanceof PregonError && error.code === 'Conflict')) throw error;
    telemetry.info('The customer was told already, in other words', { orderId: order.orderId, status });
  }
  return batchId;
}
