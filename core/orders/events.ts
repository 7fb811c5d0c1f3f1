import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { OrderChange } from './order.ts';

export interface OrderEvents {
  /** Tells other systems of a change. Once at least: they know a repetition by orderId and status. Throws unless it was taken. */
  publish(change: OrderChange): Promise<void>;
}

export const EVENT_SOURCE = 'pregon.orders';
export const EVENT_TYPE = 'OrderStatusChanged';

/** Changes of status as events on a bus of their own. The customer is left out: who may know the address asks for the order. */
export function createOrderEvents(client: EventBridgeClient, busName: string): OrderEvents {
  return {
    async publish({ status, from, at, version, order }) {
      const { orderId, description, registerDate, deliveryDate, reasonForCancellation } = order;
      const detail = {
        orderId,
        status,
        previousStatus: from ?? null,
        changedAt: at,
        version,
        order: { description, registerDate, deliveryDate, reasonForCancellation },
      };
      const { Entries = [] } = await client.send(
        new PutEventsCommand({
          Entries: [
            {
              EventBusName: busName,
              Source: EVENT_SOURCE,
              DetailType: EVENT_TYPE,
              Detail: JSON.stringify(detail),
              Time: new Date(at),
            },
          ],
        }),
      );
      const [entry] = Entries;
      // A refused entry comes with status 200.
      if (!entry?.EventId) throw new Error(`The event was not taken: ${entry?.ErrorCode} ${entry?.ErrorMessage ?? ''}`);
    },
  };
}
