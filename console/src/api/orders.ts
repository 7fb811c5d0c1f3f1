import { getProduct } from './product.ts';

export interface Order {
  readonly orderId: string;
  readonly status: 'received' | 'inprocess' | 'completed' | 'canceled';
  readonly description: string;
  readonly registerDate: string;
  /** Empty while there is none. */
  readonly deliveryDate: string;
  readonly reasonForCancellation: string;
  readonly customer?: { readonly email: string; readonly name?: string };
  readonly version: number;
  readonly timeline: readonly OrderChange[];
}

/** A change that was processed. Times are ISO 8601. */
export interface OrderChange {
  readonly status: Order['status'];
  readonly at: string;
  readonly changedAt: string;
  readonly notified: boolean;
  /** The email batch of the notice. */
  readonly batchId?: string;
}

/** Undefined when there is no such order. */
export const getOrder = (orderId: string, signal: AbortSignal): Promise<Order | undefined> =>
  getProduct(`/orders/${encodeURIComponent(orderId)}`, signal);
