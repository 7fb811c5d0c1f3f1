import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { createOrderEvents } from '../../../core/orders/events.ts';
import type { OrderChange } from '../../../core/orders/order.ts';

describe('events of orders', () => {
  let server: Server;
  const requests: { Entries: Record<string, unknown>[] }[] = [];
  let answer: unknown;
  beforeAll(async () => {
    server = createServer({ keepAliveTimeout: 0 }, async (request, response) => {
      requests.push(JSON.parse(await text(request)));
      response.setHeader('content-type', 'application/x-amz-json-1.1').end(JSON.stringify(answer));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  const change: OrderChange = {
    status: 'canceled',
    from: 'received',
    at: '2026-11-22T10:00:00.000Z',
    version: 2,
    order: {
      orderId: 'ORD-001',
      status: 'canceled',
      description: 'Cliente se retracta',
      registerDate: '2025-01-31T08:00:00Z',
      deliveryDate: '',
      reasonForCancellation: 'Motivo X',
      customer: { email: 'ana@example.com' },
    },
  };
  const publish = () => {
    const { port } = server.address() as AddressInfo;
    const client = new EventBridgeClient({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    return createOrderEvents(client, 'pregon-dev-events').publish(change);
  };

  it('contain the change, and not the customer', async () => {
    answer = { FailedEntryCount: 0, Entries: [{ EventId: 'e1' }] };
    await publish();
    const [entry] = requests.at(-1)?.Entries ?? [];

    expect(entry).toMatchObject({
      EventBusName: 'pregon-dev-events',
      Source: 'pregon.orders',
      DetailType: 'OrderStatusChanged',
      Time: Date.parse(change.at) / 1000,
    });
    expect(JSON.parse(String(entry?.Detail))).toEqual({
      orderId: 'ORD-001',
      status: 'canceled',
      previousStatus: 'received',
      changedAt: change.at,
      version: 2,
      order: {
        description: 'Cliente se retracta',
        registerDate: '2025-01-31T08:00:00Z',
        deliveryDate: '',
        reasonForCancellation: 'Motivo X',
      },
    });
  });

  it('that the bus refuses in an answer of 200 count as not published', async () => {
    answer = { FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException', ErrorMessage: 'slow down' }] };

    await expect(publish()).rejects.toThrow('ThrottlingException');
  });
});
