import type { Item } from '../dynamodb/table.ts';
import { recordIn } from '../ledger/item.ts';
import type { Order, OrderStatus } from './order.ts';

export const orderKey = (orderId: string) => ({ pk: `ORDER#${orderId}`, sk: 'ORDER' });

/** `statusKey` of orders with a message that is not known to be sent; their `createdKey` is when the sweep sends it. */
export const OUTBOX = 'ORDER_OUTBOX';

export function toOrder(item: Item): Order {
  const {
    writeId: _writeId,
    outbox = new Set(),
    ...order
  } = recordIn<Order & { writeId: string; outbox?: Set<OrderStatus> }>(item);
  return { ...order, outbox: [...outbox] };
}
