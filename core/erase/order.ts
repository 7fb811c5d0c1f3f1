import { randomUUID } from 'node:crypto';
import { addressKey } from '../csv/address.ts';
import { type DynamoTable, deleteIf, type Key, read, updateIf } from '../dynamodb/table.ts';
import { orderKey, toOrder } from '../orders/item.ts';
import { ORDER_STATUSES } from '../orders/order.ts';

/**
 * Removes a customer from an order: the address and the name, also from what the processors are told of its changes. The order itself stays, and
 * no notice is sent for it any more. `entry` is what names the order in the index of addresses; it is deleted last. Resolves to whether the order
 * had the address.
 */
export async function eraseCustomer(sends: DynamoTable, orderId: string, entry: Key, key: string): Promise<boolean> {
  const isTheirs = (order: { customer?: { email: string } | undefined } | undefined) =>
    order?.customer !== undefined && addressKey(order.customer.email) === key;
  for (;;) {
    const item = await read(sends, orderKey(orderId));
    const order = item && toOrder(item);
    const removed = [
      ...(isTheirs(order) ? ['#customer'] : []),
      ...ORDER_STATUSES.filter((status) => isTheirs(order?.changes[status]?.order)).map(
        (status) => `#changes.#${status}.#order.#customer`,
      ),
    ];
    const changed =
      order && removed.length > 0
        ? await updateIf(sends, {
            key: orderKey(orderId),
            // A new version: a client that changes the order at the same moment reads it again, and does not write the customer back.
            update: `SET #version = :next, #writeId = :writeId REMOVE ${removed.join(', ')}`,
            condition: '#version = :read',
            values: { ':read': order.version, ':next': order.version + 1, ':writeId': randomUUID() },
          })
        : undefined;
    if (removed.length > 0 && !changed) continue;
    await deleteIf(sends, { key: entry, condition: 'attribute_exists(#pk)', values: {} });
    return removed.length > 0;
  }
}
