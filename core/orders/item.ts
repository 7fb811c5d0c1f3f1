import type { Item } from '../dynamodb/table.ts';
import type { EmailParty } from '../email/batch.ts';
import type { Order, OrderFields, OrderStatus } from './order.ts';

export const orderKey = (orderId: string) => ({ pk: `ORDER#${orderId}`, sk: 'ORDER' });

/** Orders with a message that is not known to be sent, in the status index, by the time at which the sweep shall send it. */
export const OUTBOX = 'ORDER_OUTBOX';
export const dueKey = (dueAt: number, orderId: string) => `${new Date(dueAt).toISOString()}#${orderId}`;

/** An item has no attribute for what is not there. */
export function fieldsItem({ customer, ...fields }: OrderFields): Item {
  return customer ? { ...fields, customer: partyItem(customer) } : { ...fields };
}

const partyItem = ({ email, name }: EmailParty): Item => (name === undefined ? { email } : { email, name });

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
