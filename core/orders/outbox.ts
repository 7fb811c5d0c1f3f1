import type { Telemetry } from '../telemetry.ts';
import type { Order, OrderStatus } from './order.ts';
import type { OrderQueue } from './queue.ts';
import type { OrderStore } from './store.ts';

export interface OutboxDeps {
  store: OrderStore;
  queue: OrderQueue;
  telemetry: Telemetry;
}

/**
 * Sends what is in an order's outbox and takes it out. True when nothing is left. Nothing is lost where it fails: the outbox
 * is part of the order, and the sweep finds it. A message sent twice is harmless.
 */
export async function sendOutbox({ store, queue, telemetry }: OutboxDeps, order: Order): Promise<boolean> {
  const { orderId, outbox } = order;
  const sent: OrderStatus[] = [];
  await Promise.all(
    outbox.map(async (status) => {
      try {
        await queue.send({ orderId, status, waits: 0 });
        sent.push(status);
      } catch (error) {
        telemetry.error("An order's message could not be sent; the sweep will", { orderId, status, error });
      }
    }),
  );
  try {
    await store.clear(order, sent);
  } catch (error) {
    telemetry.warn("An order's outbox could not be cleared; the sweep will, after sending once more", {
      orderId,
      error,
    });
    return false;
  }
  return sent.length === outbox.length;
}
