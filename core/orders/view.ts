import { fieldsOf, type Order, type OrderFields, type OrderStatus } from './order.ts';

export interface TimelineEntry {
  status: OrderStatus;
  /** When its processor had told everybody. */
  at: string;
  /** When the order got this status. */
  changedAt: string;
  /** Whether the customer was told: `GET /emails/{batchId}` says how that email stands. */
  notified: boolean;
  batchId?: string;
}

/** An order as `GET /orders/{orderId}` answers it. */
export interface OrderView extends OrderFields {
  version: number;
  createdAt: string;
  updatedAt: string;
  /** In the order of the changes; a change appears once it is processed. */
  timeline: TimelineEntry[];
}

export function viewOrder(order: Order): OrderView {
  const { version, createdAt, updatedAt, changes, timeline } = order;
  const entries = Object.values(changes)
    .sort((a, b) => a.version - b.version)
    .flatMap(({ status, at: changedAt }): TimelineEntry[] => {
      const record = timeline[status];
      if (!record) return [];
      const { at, batchId } = record;
      return [
        { status, at, changedAt, notified: batchId !== undefined, ...(batchId === undefined ? {} : { batchId }) },
      ];
    });
  return { ...fieldsOf(order), version, createdAt, updatedAt, timeline: entries };
}
