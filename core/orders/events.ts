import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { putEvent } from '../events.ts';
import type { OrderChange } from './order.ts';

export interface OrderEvents {
  /** Tells other systems about a change, at least once. They recognise a repetition by orderId and status. Throws unless it is accepted. */
  publish(change: OrderChange): Promise<void>;
}

/** Events on the product's bus. They leave out the customer's address; a system that may know it reads the order. */
export function createOrderEvents(client: EventBridgeClient, busName: string): OrderEvents {
  return {
    publish({ status, from, at, version, order }) {
      const { orderId, description, registerDate, deliveryDate, reasonForCancellation } = order;
      const detail = {
        orderId,
        status,
        previousStatus: from ?? null,
        changedAt: at,
        version,
        order: { description, registerDate, deliveryDate, reasonForCancellation },
      };
      return putEvent(client, busName, { source: 'pregon.orders', type: 'OrderStatusChanged', detail, time: at });
    },
  };
}
