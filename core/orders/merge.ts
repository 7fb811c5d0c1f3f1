import { PregonError } from '../errors.ts';
import { FIELDS, MOVES, type Order, type OrderFields, type OrderPatch, type OrderStatus, sameField } from './order.ts';

/**
 * Applies a patch to an order. The id and the date of registration stay. Throws Conflict for a status that cannot follow, and BadRequest
 * for a cancellation without a reason.
 */
export function merge(order: OrderFields, patch: OrderPatch): OrderFields {
  const merged: OrderFields = {
    orderId: order.orderId,
    status: patch.status ?? order.status,
    description: patch.description ?? order.description,
    registerDate: order.registerDate,
    deliveryDate: patch.deliveryDate ?? order.deliveryDate,
    reasonForCancellation: patch.reasonForCancellation ?? order.reasonForCancellation,
  };
  const customer = patch.customer ?? order.customer;
  if (customer) merged.customer = customer;
  checkMove(order.orderId, order.status, merged.status);
  if (merged.status === 'canceled') requireReason(merged.reasonForCancellation);
  return merged;
}

function checkMove(orderId: string, from: OrderStatus, to: OrderStatus): void {
  if (from === to || MOVES[from].includes(to)) return;
  const next = MOVES[from].length > 0 ? `it may become ${MOVES[from].join(' or ')}` : 'that status is final';
  throw new PregonError('Conflict', `The order ${orderId} is ${from} and cannot become ${to}: ${next}.`, {
    orderStatus: from,
  });
}

/**
 * The fields that this patch and another writer both changed since `seen`, to different values. The status is not among them, because its
 * moves are checked separately and the timeline shows each of them.
 */
export function contested(seen: Order, current: Order, patch: OrderPatch): string[] {
  return FIELDS.filter(
    (name) =>
      name !== 'status' &&
      name !== 'orderId' &&
      name !== 'registerDate' &&
      patch[name] !== undefined &&
      !sameField(name, seen, current) &&
      !sameField(name, current, patch),
  );
}

/** Throws BadRequest when a cancelled order has no reason. */
export function requireReason(reason: string | undefined): void {
  if (reason === undefined || reason.trim() === '') throw missingField('reasonForCancellation');
}

export const missingField = (name: string) => new PregonError('BadRequest', `Missing required field: ${name}`);
