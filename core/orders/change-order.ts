import { isoNow } from '../clock.ts';
import { PregonError } from '../errors.ts';
import { contested, merge } from './merge.ts';
import { differences, type NewOrder, type Order, type OrderFields, type OrderPatch } from './order.ts';
import { type OrderDeps, sendOutbox } from './outbox.ts';

/** How often other writers may come first before a change gives up. */
const TRIES = 8;

/**
 * Creates an order. The same order again changes nothing. Throws Conflict when another order has this id, and when the first status is
 * not `received`.
 */
export async function createOrder(deps: OrderDeps, given: NewOrder): Promise<Order> {
  const { store, clock } = deps;
  const fields: OrderFields = {
    ...given,
    registerDate: given.registerDate ?? isoNow(clock),
    deliveryDate: given.deliveryDate ?? '',
    reasonForCancellation: given.reasonForCancellation ?? '',
  };
  if (fields.status === 'received') {
    const { created, order } = await store.create(fields);
    if (created) {
      await sendOutbox(deps, order);
      return order;
    }
    return sameOrRefused(order, fields, given);
  }
  const existing = await store.get(fields.orderId);
  if (existing) return sameOrRefused(existing, fields, given);
  throw new PregonError(
    'Conflict',
    `There is no order ${fields.orderId}. A new order starts as received, not as ${fields.status}.`,
  );
}

function sameOrRefused(existing: Order, fields: OrderFields, given: NewOrder): Order {
  const wanted = given.registerDate === undefined ? { ...fields, registerDate: existing.registerDate } : fields;
  const different = differences(existing, wanted);
  if (different.length === 0) return existing;
  throw new PregonError(
    'Conflict',
    `The order ${fields.orderId} exists with another ${different.join(', ')}. PUT /orders/{orderId} changes it.`,
    { orderStatus: existing.status, different },
  );
}

/**
 * Changes an order. A change that is already made is not written again, so that it notifies once. With `ifVersion` only that version is
 * changed. Throws NotFound, BadRequest for a cancellation without a reason, PreconditionFailed, and Conflict for a status that cannot
 * follow or a field that another writer changed at the same time.
 */
export async function changeOrder(
  deps: OrderDeps,
  orderId: string,
  patch: OrderPatch,
  ifVersion?: number,
): Promise<Order> {
  const { store } = deps;
  const seen = await orderById(deps, orderId);
  let current = seen;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const merged = merge(current, patch);
    if (differences(current, merged).length === 0) return current;
    if (ifVersion !== undefined && ifVersion !== current.version) {
      throw new PregonError(
        'PreconditionFailed',
        `The order ${orderId} has changed: it is at version ${current.version} now.`,
      );
    }
    const both = contested(seen, current, patch);
    if (both.length > 0) throw changedByAnother(orderId, both.join(', '));
    const changed = await store.change(current, merged);
    if (changed) {
      if (changed.outbox.length > 0) await sendOutbox(deps, changed);
      return changed;
    }
    current = await orderById(deps, orderId);
  }
  throw changedByAnother(orderId, 'the order');
}

/** Throws NotFound. */
export async function orderById({ store }: Pick<OrderDeps, 'store'>, orderId: string): Promise<Order> {
  const order = await store.get(orderId);
  if (!order) throw new PregonError('NotFound', `There is no order ${orderId}.`);
  return order;
}

const changedByAnother = (orderId: string, what: string) =>
  new PregonError(
    'Conflict',
    `Another writer changed ${what} of the order ${orderId} at the same time: read it and try again.`,
    { retryAfter: 1 },
  );
