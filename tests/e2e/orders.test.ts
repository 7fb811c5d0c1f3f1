import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { otherSystem } from './support/other-system.ts';
import { eventually, Product, tempDataDir } from './support/product.ts';

const dataDir = tempDataDir();
let product: Product;

interface OrderAnswer {
  status: string;
  version: number;
  timeline: { status: string; at: string; notified: boolean; batchId?: string }[];
}

beforeAll(async () => {
  product = await Product.up(dataDir);
});

afterAll(async () => {
  await product.command.stop();
});

const json = { 'content-type': 'application/json' };
const PROCESSED = { message: 'Order processed successfully' };
const send = (method: string, path: string, body: unknown) =>
  product.call(method, path, { headers: json, body: typeof body === 'string' ? body : JSON.stringify(body) });
const get = async (orderId: string) => (await product.call('GET', `/orders/${orderId}`)).json() as Promise<OrderAnswer>;
const statuses = async (orderId: string) => (await get(orderId)).timeline.map(({ status }) => status);

async function processed(orderId: string, expected: readonly string[]): Promise<OrderAnswer> {
  await eventually(async () => (await statuses(orderId)).length >= expected.length);
  expect(await statuses(orderId)).toEqual(expected);
  return get(orderId);
}

async function mailed(orderId: string, status: string): Promise<string[]> {
  const batchId = `order-${orderId}-${status}`;
  await eventually(async () => (await product.mailbox(batchId)).length > 0);
  return (await product.mailbox(batchId)).map(({ subject }) => subject);
}

describe('orders', () => {
  it('the examples of the document, verbatim', async () => {
    const created = await send(
      'POST',
      '/orders',
      `{
        "orderId": "ORD-001",
        "status": "received",
        "description": "Mantenimiento básico",
        "registerDate": "2025-01-31T08:00:00Z"
      }`,
    );
    expect({ status: created.status, body: await created.json() }).toEqual({ status: 200, body: PROCESSED });
    const canceled = await send(
      'PUT',
      '/orders/ORD-001',
      `{
        "orderId": "ORD-001",
        "status": "canceled",
        "description": "Cliente se retracta",
        "reasonForCancellation": "Motivo X"
      }`,
    );
    expect({ status: canceled.status, body: await canceled.json() }).toEqual({ status: 200, body: PROCESSED });

    const order = await processed('ORD-001', ['received', 'canceled']);
    expect(order).toMatchObject({ registerDate: '2025-01-31T08:00:00Z', reasonForCancellation: 'Motivo X' });
    expect(order.timeline.every(({ notified }) => !notified)).toBe(true);
    const tested = await send('POST', '/orders', {
      orderId: 'test123',
      status: 'received',
      description: 'Testing order creation',
    });
    expect({ status: tested.status, body: await tested.json() }).toEqual({ status: 200, body: PROCESSED });
  });

  it('its errors are for clients that know `error` only, too', async () => {
    const missing = await send('POST', '/orders', { status: 'received', description: 'But missing orderId!' });
    const unknown = await send('POST', '/orders', { orderId: 'ORD-9', status: 'Lost', description: 'x' });

    expect(missing.status).toBe(400);
    expect(missing.headers.get('content-type')).toContain('application/problem+json');
    expect(await missing.json()).toMatchObject({ error: 'Missing required field: orderId' });
    expect(await (await send('POST', '/orders', '{')).json()).toMatchObject({ error: 'Invalid JSON' });
    expect(await unknown.json()).toMatchObject({ error: "Unknown status 'Lost'" });
    expect((await product.call('GET', '/orders/ORD-9')).status).toBe(404);
  });

  it('a customer is notified of each status once and in order, however fast they follow', async () => {
    const customer = { email: 'ana@example.com', name: 'Ana' };
    await send('POST', '/orders', { orderId: 'ORD-2', status: 'RECEIVED', description: 'Caldera', customer });
    for (const status of ['inprocess', 'inprocess', 'completed', 'completed']) {
      expect((await send('PUT', '/orders/ORD-2', { status })).status).toBe(200);
    }
    const { timeline } = await processed('ORD-2', ['received', 'inprocess', 'completed']);

    expect(timeline.map(({ at }) => at)).toEqual(timeline.map(({ at }) => at).sort());
    expect(await mailed('ORD-2', 'received')).toEqual(['We have received your order ORD-2']);
    expect(await mailed('ORD-2', 'inprocess')).toEqual(['We are working on your order ORD-2']);
    expect(await mailed('ORD-2', 'completed')).toEqual(['Your order ORD-2 is completed']);
    expect((await send('PUT', '/orders/ORD-2', { status: 'canceled', reasonForCancellation: 'x' })).status).toBe(409);
    const { emailSends } = await product.graphql<{ emailSends: { batchId: string; channel: string }[] }>(
      '{ emailSends(status: "SENT") { batchId channel } }',
    );
    expect(
      emailSends
        .filter(({ channel }) => /^order$/i.test(channel))
        .map(({ batchId }) => batchId)
        .sort(),
    ).toEqual(['completed', 'inprocess', 'received'].map((status) => `order-ORD-2-${status}`));
  });

  it("other systems receive each change by their own rule on the product's bus", async () => {
    const other = await otherSystem(product, {
      source: ['pregon.orders'],
      'detail-type': ['OrderStatusChanged'],
      detail: { status: ['received', 'canceled'] },
    });
    const customer = { email: 'ana@example.com' };
    await send('POST', '/orders', { orderId: 'ORD-5', status: 'received', description: 'Caldera', customer });
    await send('PUT', '/orders/ORD-5', { status: 'inprocess', deliveryDate: '2026-12-01' });
    await send('POST', '/orders', { orderId: 'ORD-6', status: 'received', description: 'Gas' });
    await send('PUT', '/orders/ORD-6', { status: 'canceled', reasonForCancellation: 'Motivo X' });
    const told = await other.told((events) => events.length >= 3);
    await processed('ORD-5', ['received', 'inprocess']);
    other.close();

    expect(new Set(told.map(({ detail }) => `${detail.orderId} ${detail.status}`))).toEqual(
      new Set(['ORD-5 received', 'ORD-6 received', 'ORD-6 canceled']),
    );
    expect(told.find(({ detail }) => detail.status === 'canceled')).toMatchObject({
      source: 'pregon.orders',
      'detail-type': 'OrderStatusChanged',
      detail: {
        orderId: 'ORD-6',
        status: 'canceled',
        previousStatus: 'received',
        version: 2,
        order: { description: 'Gas', reasonForCancellation: 'Motivo X' },
      },
    });
    expect(JSON.stringify(told)).not.toContain(customer.email);
  });

  it('an order that was accepted while the queues were unavailable is processed after a kill, with one notice for each status', async () => {
    const put = (faults: unknown) =>
      fetch(`${product.outputs.awsEndpoint}/_local/faults`, { method: 'PUT', body: JSON.stringify(faults) });
    await put({ services: { sqs: { errorRate: 1 } } });
    const customer = { email: 'eva@example.com' };
    const created = await send('POST', '/orders', { orderId: 'ORD-3', status: 'received', description: 'x', customer });
    expect(created.status).toBe(200);
    await product.command.kill9();
    product = await Product.up(dataDir);
    await send('PUT', '/orders/ORD-3', { status: 'inprocess' });

    await processed('ORD-3', ['received', 'inprocess']);
    expect(await mailed('ORD-3', 'received')).toHaveLength(1);
    expect(await mailed('ORD-3', 'inprocess')).toHaveLength(1);
  });
});
