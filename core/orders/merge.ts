import { PregonError } from '../errors.ts';
import { FIELDS, MOVES, type Order, type OrderFields, type OrderPatch, type OrderStatus, sameField } from './order.ts';

/**
 * The order with the patch laid over it. The id and the date of registration stay. Throws Conflict for a status that cannot
 * follow, BadRequest where cancelling has no reason.
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
  const next = MOVES[from].length > 0 ? `it may become ${MOVES[from].join(' or ')}` : 'that is its end';
  throw new PregonError('Conflict', `The order ${orderId} is ${from} and cannot become ${to}: ${next}.`, {
    orderStatus: from,
  });
}

/**
 * The fields that this patch and another writer both changed since `seen`, to different values. Status is none of them: its moves
 * are checked by themselves, and the timeline has each.
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

/** A cancelled order says why. Throws BadRequest. */
export function requireReason(reason: string | undefined): void {
  if (reason === undefined || reason.trim() === '') throw missingField('reasonForCancellation');
}

export const missingField = (name: string) => new PregonError('BadRequest', `Missing required field: ${name}`);
