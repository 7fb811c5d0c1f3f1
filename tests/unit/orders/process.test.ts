import { viewOrder } from '../../../api/orders.ts';
import { acceptEmail } from '../../../core/email/accept.ts';
import { createEmailStore } from '../../../core/email/store.ts';
import { changeOrder, createOrder } from '../../../core/orders/change-order.ts';
import type { OrderChange } from '../../../core/orders/order.ts';
import { type ProcessorDeps, processOrder } from '../../../core/orders/process-order.ts';
import type { OrderMessage } from '../../../core/orders/queue.ts';
import { keptQueue } from '../email/deps.ts';
import { silent } from '../support/telemetry.ts';
import { openOrders } from './support.ts';

describe('processing a change of status', () => {
  let orders: Awaited<ReturnType<typeof openOrders>>;
  let events: OrderChange[];
  let mails: ReturnType<typeof keptQueue>;
  let deps: ProcessorDeps;
  beforeEach(async () => {
    orders = await openOrders();
    events = [];
    mails = keptQueue();
    const { clock, table } = orders;
    const email = { store: createEmailStore(table), queue: mails, clock, telemetry: silent };
    deps = {
      ...orders.deps,
      events: { publish: async (change) => void events.push(change) },
      accept: async (request, batchId) => void (await acceptEmail(email, request, { batchId, channel: 'order' })),
      from: { email: 'hello@pregon.test', name: 'Pregón' },
    };
  });
  afterEach(() => orders.close());

  const customer = { email: 'ana@example.com', name: 'Ana <b>' };
  const create = (rest = {}) =>
    createOrder(orders.deps, { orderId: 'o1', status: 'received', description: 'a & b', ...rest });
  const process = (status: OrderMessage['status'], waits = 0) => processOrder(deps, { orderId: 'o1', status, waits });
  const timeline = async () => {
    const order = await orders.store.get('o1');
    return order && viewOrder(order).timeline;
  };
  const batch = (status: string) => createEmailStore(orders.table).getBatch(`order-o1-${status}`);

  it('notifies other systems and the customer, and records it', async () => {
    await create({ customer });
    orders.clock.move(500);
    await process('received');

    expect(events).toMatchObject([{ status: 'received', version: 1, order: { description: 'a & b' } }]);
    expect(mails.messages).toEqual([{ batchId: 'order-o1-received', rowNumber: 1 }]);
    const sent = await batch('received');
    expect(sent).toMatchObject({ channel: 'order', destinations: [customer], from: deps.from });
    expect(sent?.plainContent).toContain('Hello Ana <b>,');
    expect(sent?.htmlContent).toContain('<p>Hello Ana &lt;b&gt;,</p>');
    expect(sent?.htmlContent).toContain('a &amp; b');
    expect(await timeline()).toEqual([
      {
        status: 'received',
        at: '2026-11-22T10:00:00.500Z',
        changedAt: '2026-11-22T10:00:00.000Z',
        notified: true,
        batchId: 'order-o1-received',
      },
    ]);
  });

  it('records an order that has no customer, and sends nothing', async () => {
    await create();
    await process('received');

    expect(mails.messages).toEqual([]);
    expect(await timeline()).toMatchObject([{ status: 'received', notified: false }]);
  });

  it('waits for the status before it, longer each time, and notifies nobody', async () => {
    await create({ customer });
    await changeOrder(orders.deps, 'o1', { status: 'inprocess' });
    orders.queue.take();
    await process('inprocess');
    await process('inprocess', 1);
    await process('inprocess', 20);

    expect(orders.queue.take()).toEqual([
      { orderId: 'o1', status: 'inprocess', waits: 1, delaySeconds: 1 },
      { orderId: 'o1', status: 'inprocess', waits: 2, delaySeconds: 2 },
      { orderId: 'o1', status: 'inprocess', waits: 21, delaySeconds: 300 },
    ]);
    expect(events).toEqual([]);
    await process('received');
    await process('inprocess', 2);
    expect((await timeline())?.map(({ status }) => status)).toEqual(['received', 'inprocess']);
  });

  it('leaves a change that has waited for a day to the dead-letter queue, and processes it when it is replayed', async () => {
    await create();
    await changeOrder(orders.deps, 'o1', { status: 'inprocess' });
    orders.queue.take();

    await expect(process('inprocess', 300)).rejects.toThrow('has waited a day for received');
    expect(orders.queue.take()).toEqual([]);

    await process('received');
    await process('inprocess', 300);
    expect((await timeline())?.map(({ status }) => status)).toEqual(['received', 'inprocess']);
  });

  it('a canceled order waits for the status that it was canceled from', async () => {
    await create();
    await changeOrder(orders.deps, 'o1', { status: 'canceled', reasonForCancellation: 'Motivo X' });
    await process('canceled');
    expect(await timeline()).toEqual([]);
    await process('received');
    await process('canceled');

    expect(await timeline()).toMatchObject([{ status: 'received' }, { status: 'canceled' }]);
    expect(events.at(-1)).toMatchObject({ from: 'received', order: { reasonForCancellation: 'Motivo X' } });
  });

  it('a message that arrives twice notifies the customer once', async () => {
    await create({ customer });
    await process('received');
    await process('received');

    expect(mails.messages).toHaveLength(1);
    expect(events).toHaveLength(1);
  });

  it('notifies with the order as it was at its change, even after a crash and a later change', async () => {
    await create({ customer });
    const dying = { ...deps, store: { ...deps.store, record: () => Promise.reject(new Error('killed')) } };
    await expect(processOrder(dying, { orderId: 'o1', status: 'received', waits: 0 })).rejects.toThrow('killed');
    await changeOrder(orders.deps, 'o1', { description: 'changed since', customer: { email: 'eva@example.com' } });
    await process('received');

    expect((await batch('received'))?.plainContent).toContain('a & b');
    expect(await batch('received')).toMatchObject({ destinations: [customer] });
    expect(await timeline()).toMatchObject([{ notified: true }]);
    // The second message of the same row: the claim lets one of them send.
    expect(new Set(mails.messages.map(({ batchId }) => batchId)).size).toBe(1);
  });

  it('notifies nobody twice when the sender is changed afterwards', async () => {
    await create({ customer });
    const dying = { ...deps, store: { ...deps.store, record: () => Promise.reject(new Error('killed')) } };
    await expect(processOrder(dying, { orderId: 'o1', status: 'received', waits: 0 })).rejects.toThrow('killed');
    await processOrder(
      { ...deps, from: { email: 'new@pregon.test' } },
      { orderId: 'o1', status: 'received', waits: 0 },
    );

    expect(await batch('received')).toMatchObject({ from: { email: 'hello@pregon.test' } });
    expect(await timeline()).toMatchObject([{ notified: true }]);
  });

  it('refuses a message without a change of the order', async () => {
    await create();

    await expect(process('completed')).rejects.toThrow('never had the status');
    await expect(processOrder(deps, { orderId: 'o404', status: 'received', waits: 0 })).rejects.toThrow(
      'never had the status',
    );
    expect(await timeline()).toEqual([]);
  });
});
