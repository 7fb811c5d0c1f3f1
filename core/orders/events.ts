import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { OrderChange } from './order.ts';

export interface OrderEvents {
  /** Tells other systems about a change, at least once. They recognise a repetition by orderId and status. Throws unless it is accepted. */
  publish(change: OrderChange): Promise<void>;
}

export const EVENT_SOURCE = 'pregon.orders';
export const EVENT_TYPE = 'OrderStatusChanged';

/** Events on a bus of their own. They leave out the customer's address; a system that may know it reads the order. */
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
      // PutEvents answers with status 200 also when it refuses an entry.
      if (!entry?.EventId)
        throw new Error(`The event was not accepted: ${entry?.ErrorCode} ${entry?.ErrorMessage ?? ''}`);
    },
  };
}
