import type { Clock } from '../clock.ts';
import type { Telemetry } from '../telemetry.ts';
import type { Order, OrderStatus } from './order.ts';
import type { OrderQueue } from './queue.ts';
import type { OrderStore } from './store.ts';

export interface OrderDeps {
  store: OrderStore;
  queue: OrderQueue;
  clock: Clock;
  telemetry: Telemetry;
}

/**
 * Sends the messages in an order's outbox and removes them from it. Resolves to whether the outbox is empty. When it fails nothing is lost,
 * because the outbox is part of the order and the sweep finds it. A message that is sent twice does no harm.
 */
export async function sendOutbox(
  { store, queue, telemetry }: Omit<OrderDeps, 'clock'>,
  order: Order,
): Promise<boolean> {
  const { orderId, outbox } = order;
  const sent: OrderStatus[] = [];
  await Promise.all(
    outbox.map(async (status) => {
      try {
        await queue.send({ orderId, status, waits: 0 });
        sent.push(status);
      } catch (error) {
        telemetry.error("An order's message could not be sent; the sweep sends it", { orderId, status, error });
      }
    }),
  );
  try {
    await store.clear(order, sent);
  } catch (error) {
    telemetry.warn("An order's outbox could not be cleared; the sweep sends its messages again", { orderId, error });
    return false;
  }
  return sent.length === outbox.length;
}
