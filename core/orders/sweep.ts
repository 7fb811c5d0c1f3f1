import type { Clock } from '../clock.ts';
import type { Item } from '../ledger/table.ts';
import { type OutboxParts, sendOutbox } from './outbox.ts';

export interface OrderSweepParts extends OutboxParts {
  clock: Clock;
}

/** What one run did, in orders and messages. */
export interface OrdersSwept {
  orders: number;
  messages: number;
  failed: number;
}

const PAGE = 100;
/** Orders looked at together. */
const TOGETHER = 20;

/** Sends every message that stayed in the outbox of an order. One order that fails keeps no other from its turn. Stops at `deadline`. */
export async function sweepOrders(parts: OrderSweepParts, deadline: number): Promise<OrdersSwept> {
  const { store, clock } = parts;
  const swept: OrdersSwept = { orders: 0, messages: 0, failed: 0 };
  let after: Item | undefined;
  do {
    const page = await store.due(clock.now(), PAGE, after);
    for (let start = 0; start < page.orderIds.length && clock.now() < deadline; start += TOGETHER) {
      await Promise.all(page.orderIds.slice(start, start + TOGETHER).map((orderId) => sweepOne(parts, orderId, swept)));
    }
    after = page.next;
  } while (after && clock.now() < deadline);
  return swept;
}

async function sweepOne(parts: OrderSweepParts, orderId: string, swept: OrdersSwept): Promise<void> {
  const { store, telemetry } = parts;
  swept.orders += 1;
  try {
    // The index may still list what was just cleared.
    const order = await store.get(orderId);
    if (!order || order.outbox.length === 0) return;
    const cleared = await sendOutbox(parts, order);
    if (!cleared) swept.failed += 1;
    swept.messages += order.outbox.length;
    telemetry.count('OutboxSwept', order.outbox.length);
    telemetry.warn("The sweep sent an order's messages", { orderId, outbox: order.outbox, cleared });
  } catch (error) {
    swept.failed += 1;
    telemetry.error('The sweep could not look at an order; it will again', { orderId, error });
  }
}
