import { orderRoutes } from '../../../functions/orders/routes.ts';
import { httpClient } from '../support/http.ts';
import { newOrder, openOrders } from './support.ts';

describe('the routes of orders', () => {
  let orders: Awaited<ReturnType<typeof openOrders>>;
  beforeEach(async () => {
    orders = await openOrders();
  });
  afterEach(() => orders.close());

  async function call(routeKey: string, body?: string, headers: Record<string, string> = {}, orderId = 'ORD-001') {
    const answer = await httpClient(orderRoutes(orders.deps))(routeKey, { path: { orderId }, headers, body });
    return { ...answer, etag: answer.headers.etag };
  }
  const post = (body?: string) => call('POST /orders', body);
  const put = (patch: unknown, headers: Record<string, string> = {}, orderId = 'ORD-001') =>
    call('PUT /orders/{orderId}', JSON.stringify(patch), headers, orderId);
  const get = async () => (await call('GET /orders/{orderId}')).body;
  const PROCESSED = { message: 'Order processed successfully' };

  it('accepts the orders of the requirements document', async () => {
    expect(await post(newOrder({ registerDate: '2025-01-31T08:00:00Z' }))).toMatchObject({
      status: 200,
      body: PROCESSED,
    });
    const cancel = {
      orderId: 'ORD-001',
      status: 'canceled',
      description: 'Cliente se retracta',
      reasonForCancellation: 'Motivo X',
    };
    expect((await put(cancel)).body).toEqual(PROCESSED);

    expect(orders.queue.statuses()).toEqual(['received', 'canceled']);
    expect(await get()).toEqual({
      ...cancel,
      registerDate: '2025-01-31T08:00:00Z',
      deliveryDate: '',
      version: 2,
      createdAt: '2026-11-22T10:00:00.000Z',
      updatedAt: '2026-11-22T10:00:00.000Z',
      timeline: [],
    });
  });

  it.each([
    ['no body', undefined, 'Invalid JSON'],
    ['no JSON', '{"orderId":', 'Invalid JSON'],
    ['no object', '[]', 'Invalid JSON'],
    ['no orderId', newOrder({ orderId: undefined }), 'Missing required field: orderId'],
    ['no status', newOrder({ status: null }), 'Missing required field: status'],
    ['no description', newOrder({ description: undefined }), 'Missing required field: description'],
    ['an unknown status', newOrder({ status: 'Shipped' }), "Unknown status 'Shipped'"],
    ['a status that is no text', newOrder({ status: ['received'] }), 'Unknown status \'["received"]\''],
    ['a bad id', newOrder({ orderId: 'a\nb' }), expect.stringContaining('orderId: an order id has')],
    ['a bad date', newOrder({ deliveryDate: 'mañana' }), expect.stringContaining('deliveryDate')],
    ['a bad customer', newOrder({ customer: { email: 'nobody' } }), expect.stringContaining('customer.email')],
    ['no reason', newOrder({ status: 'canceled' }), 'Missing required field: reasonForCancellation'],
  ])('refuses %s before anything is stored', async (_name, body, error) => {
    expect(await post(body)).toMatchObject({ status: 400, body: { error, detail: error, status: 400 } });

    expect(await orders.store.get('ORD-001')).toBeUndefined();
    expect(orders.queue.messages).toEqual([]);
  });

  it('accepts a status in any case', async () => {
    await post(newOrder({ status: 'RECEIVED' }));
    await put({ status: 'InProcess' });

    expect((await get()).status).toBe('inprocess');
  });

  it('accepts the same order again, and refuses another with its id', async () => {
    await post(newOrder());

    expect(await post(newOrder())).toMatchObject({ status: 200, body: PROCESSED });
    expect(await post(newOrder({ description: 'Otra' }))).toMatchObject({
      status: 409,
      body: { different: ['description'] },
    });
    expect(await post(newOrder({ deliveryDate: '2025-02-10' }))).toMatchObject({ status: 409 });
    expect(orders.queue.statuses()).toEqual(['received']);
  });

  it('requires the status received for a new order', async () => {
    expect(await post(newOrder({ status: 'inprocess' }))).toMatchObject({ status: 409 });
    expect(await orders.store.get('ORD-001')).toBeUndefined();
  });

  it('merges a change and keeps the date of registration', async () => {
    await post(newOrder({ registerDate: '2025-01-31T08:00:00Z', customer: { email: 'ana@example.com' } }));
    await put({ status: 'inprocess', deliveryDate: '2025-02-10', registerDate: '1999-01-01' });

    expect(await get()).toMatchObject({
      status: 'inprocess',
      description: 'Mantenimiento básico',
      registerDate: '2025-01-31T08:00:00Z',
      deliveryDate: '2025-02-10',
      customer: { email: 'ana@example.com' },
    });
  });

  it.each([129, 3_000])('answers 404 to an id that is too long: %i characters', async (length) => {
    const id = 'é'.repeat(length);

    expect(await put({ description: 'x' }, {}, id)).toMatchObject({ status: 404 });
    expect(await call('GET /orders/{orderId}', undefined, {}, id)).toMatchObject({ status: 404 });
  });

  it('refuses a change that names another or an unknown order', async () => {
    await post(newOrder());

    expect(await put({ orderId: 'ORD-002', description: 'x' })).toMatchObject({ status: 400 });
    expect(await put({ description: 'x' }, {}, 'ORD-404')).toMatchObject({ status: 404 });
  });

  it.each([
    ['received', 'completed'],
    ['inprocess', 'received'],
    ['completed', 'canceled'],
    ['completed', 'inprocess'],
    ['canceled', 'inprocess'],
  ])('refuses to go from %s to %s', async (from, to) => {
    const steps: Record<string, string[]> = {
      received: [],
      inprocess: ['inprocess'],
      completed: ['inprocess', 'completed'],
      canceled: ['canceled'],
    };
    await post(newOrder());
    for (const status of steps[from] ?? []) {
      expect(await put({ status, reasonForCancellation: 'Motivo X' })).toMatchObject({ status: 200 });
    }
    orders.queue.take();

    expect(await put({ status: to })).toMatchObject({ status: 409, body: { orderStatus: from } });
    expect((await get()).status).toBe(from);
    expect(orders.queue.messages).toEqual([]);
  });

  it('requires a reason to cancel, which may be an earlier one', async () => {
    await post(newOrder());
    expect(await put({ status: 'canceled' })).toMatchObject({
      status: 400,
      body: { error: 'Missing required field: reasonForCancellation' },
    });
    expect(await put({ status: 'canceled', reasonForCancellation: ' ' })).toMatchObject({ status: 400 });
    await put({ reasonForCancellation: 'Motivo X' });
    expect(await put({ status: 'canceled' })).toMatchObject({ status: 200 });
    expect(await put({ reasonForCancellation: '' })).toMatchObject({ status: 400 });
  });

  it('sends one message for the same change twice, and none for a change of text', async () => {
    await post(newOrder());
    for (let n = 0; n < 2; n += 1)
      expect(await put({ status: 'inprocess' })).toMatchObject({ status: 200, etag: '"2"' });
    await put({ description: 'Mantenimiento completo' });

    expect(orders.queue.messages.map(({ status, waits }) => ({ status, waits }))).toEqual([
      { status: 'received', waits: 0 },
      { status: 'inprocess', waits: 0 },
    ]);
  });

  it('changes only the version of If-Match', async () => {
    await post(newOrder());
    await put({ description: 'two' }, { 'if-match': '"1"' });

    expect(await put({ description: 'three' }, { 'if-match': '"1"' })).toMatchObject({ status: 412 });
    expect(await put({ description: 'two' }, { 'if-match': '"1"' })).toMatchObject({ status: 200 });
    expect(await put({ description: 'three' }, { 'if-match': 'W/1' })).toMatchObject({ status: 400 });
    expect((await get()).description).toBe('two');
  });

  it('writes an order while the queue is unavailable', async () => {
    orders.queue.broken = true;

    expect(await post(newOrder())).toMatchObject({ status: 200, body: PROCESSED });
    expect((await orders.store.get('ORD-001'))?.outbox).toEqual(['received']);
  });
});
