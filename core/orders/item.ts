import { createHash } from 'node:crypto';
import { addressKey } from '../csv/address.ts';
import type { Item } from '../dynamodb/table.ts';
import { recordIn } from '../ledger/item.ts';
import type { Order, OrderStatus } from './order.ts';

export const orderKey = (orderId: string) => ({ pk: `ORDER#${orderId}`, sk: 'ORDER' });

/** Names an order in the index of addresses: one for each address that its customer has had. */
export const customerKey = (orderId: string, email: string) => ({
  pk: `ORDER#${orderId}`,
  sk: `${CUSTOMER}${createHash('sha256').update(addressKey(email)).digest('hex')}`,
});
const CUSTOMER = 'CUSTOMER#';
/** The order that such an item names. Undefined for another item. */
export const orderOfCustomer = ({ pk, sk }: { pk: string; sk: string }): string | undefined =>
  sk.startsWith(CUSTOMER) ? pk.slice('ORDER#'.length) : undefined;

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
