import type { Clock } from '../clock.ts';
import type { Item } from '../dynamodb/table.ts';
import { type OutboxDeps, sendOutbox } from './outbox.ts';

export interface OrderSweepDeps extends OutboxDeps {
  clock: Clock;
}

/** What one run did, in orders and messages. */
export type OrdersSwept = {
  orders: number;
  messages: number;
  failed: number;
};

const PAGE = 100;
/** Orders looked at together. */
const BATCH_SIZE = 20;

/** Sends every message that stayed in the outbox of an order. One order that fails keeps no other from its turn. Stops at `deadline`. */
export async function sweepOrders(deps: OrderSweepDeps, deadline: number): Promise<OrdersSwept> {
  const { store, clock } = deps;
  const swept: OrdersSwept = { orders: 0, messages: 0, failed: 0 };
  let after: Item | undefined;
  do {
    const page = await store.due(clock.now(), PAGE, after);
    for (let start = 0; start < page.orderIds.length && clock.now() < deadline; start += BATCH_SIZE) {
      await Promise.all(
        page.orderIds.slice(start, start + BATCH_SIZE).map((orderId) => sweepOne(deps, orderId, swept)),
      );
    }
    after = page.next;
  } while (after && clock.now() < deadline);
  return swept;
}

async function sweepOne(deps: OrderSweepDeps, orderId: string, swept: OrdersSwept): Promise<void> {
  const { store, telemetry } = deps;
  swept.orders += 1;
  try {
    // The index may still list what was just cleared.
    const order = await store.get(orderId);
    if (!order || order.outbox.length === 0) return;
    const cleared = await sendOutbox(deps, order);
    if (!cleared) swept.failed += 1;
    swept.messages += order.outbox.length;
    telemetry.count('OutboxSwept', order.outbox.length);
    telemetry.warn("The sweep sent an order's messages", { orderId, outbox: order.outbox, cleared });
  } catch (error) {
    swept.failed += 1;
    telemetry.error('The sweep could not look at an order; it will again', { orderId, error });
  }
}
