import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';

/** An event for other systems. */
export interface ProductEvent {
  source: string;
  type: string;
  detail: object;
  /** ISO 8601. */
  time: string;
}

/** Puts an event on the bus. Throws unless it is accepted. */
export async function putEvent(
  client: EventBridgeClient,
  busName: string,
  { source, type, detail, time }: ProductEvent,
): Promise<void> {
  const { Entries: [entry] = [] } = await client.send(
    new PutEventsCommand({
      Entries: [
        {
          EventBusName: busName,
          Source: source,
          DetailType: type,
          Detail: JSON.stringify(detail),
          Time: new Date(time),
        },
      ],
    }),
  );
  // PutEvents answers with status 200 also when it refuses an entry.
  if (!entry?.EventId) throw new Error(`The event was not accepted: ${entry?.ErrorCode} ${entry?.ErrorMessage ?? ''}`);
}
