import type { Item } from '../dynamodb/table.ts';
import { forEachConcurrently } from '../for-each.ts';
import { type OrderDeps, sendOutbox } from './outbox.ts';

/** What one run of the sweep did, in orders and messages. */
export type OrdersSwept = {
  orders: number;
  messages: number;
  failed: number;
};

const PAGE = 100;
/** Orders that are swept at the same time. */
const CONCURRENCY = 20;

/** Sends the messages that are overdue in the outboxes of orders. One order that fails does not stop the others. Stops at `deadline`. */
export async function sweepOrders(deps: OrderDeps, deadline: number): Promise<OrdersSwept> {
  const { store, clock } = deps;
  const swept: OrdersSwept = { orders: 0, messages: 0, failed: 0 };
  let after: Item | undefined;
  do {
    const page = await store.due(clock.now(), PAGE, after);
    await forEachConcurrently(CONCURRENCY, page.orderIds, async (orderId) => {
      if (clock.now() < deadline) await sweepOne(deps, orderId, swept);
    });
    after = page.next;
  } while (after && clock.now() < deadline);
  return swept;
}

async function sweepOne(deps: OrderDeps, orderId: string, swept: OrdersSwept): Promise<void> {
  const { store, telemetry } = deps;
  swept.orders += 1;
  try {
    // The index may still list an order that was just cleared.
    const order = await store.get(orderId);
    if (!order || order.outbox.length === 0) return;
    const cleared = await sendOutbox(deps, order);
    if (!cleared) swept.failed += 1;
    swept.messages += order.outbox.length;
    telemetry.count('OutboxSwept', order.outbox.length);
    telemetry.warn("The sweep sent an order's messages", { orderId, outbox: order.outbox, cleared });
  } catch (error) {
    swept.failed += 1;
    telemetry.error('An order could not be swept; the next sweep tries again', { orderId, error });
  }
}
