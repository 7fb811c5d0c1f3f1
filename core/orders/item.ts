import type { Item } from '../dynamodb/table.ts';
import { type EmailParty, partyItem } from '../email/batch.ts';
import type { Order, OrderFields, OrderStatus } from './order.ts';

export const orderKey = (orderId: string) => ({ pk: `ORDER#${orderId}`, sk: 'ORDER' });

/** `statusKey` of orders with a message that is not known to be sent; their `createdKey` is when the sweep sends it. */
export const OUTBOX = 'ORDER_OUTBOX';

/** Absent fields have no attribute. */
export function fieldsItem({ customer, ...fields }: OrderFields): Item {
  return customer ? { ...fields, customer: partyItem(customer) } : { ...fields };
}

export const toOrder = (item: Item): Order => ({
  orderId: String(item.orderId),
  status: item.status as OrderStatus,
  description: String(item.description),
  registerDate: String(item.registerDate),
  deliveryDate: String(item.deliveryDate),
  reasonForCancellation: String(item.reasonForCancellation),
  ...(item.customer ? { customer: item.customer as EmailParty } : {}),
  version: Number(item.version),
  createdAt: String(item.createdAt),
  updatedAt: String(item.updatedAt),
  changes: item.changes as Order['changes'],
  timeline: item.timeline as Order['timeline'],
  outbox: [...((item.outbox as Set<OrderStatus> | undefined) ?? [])],
});
