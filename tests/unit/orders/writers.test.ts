import { changeOrder, createOrder } from '../../../core/orders/change-order.ts';
import { createOrderStore, type OrderStore } from '../../../core/orders/store.ts';
import { openOrders } from './support.ts';

describe('writers of one order at the same time', () => {
  let orders: Awaited<ReturnType<typeof openOrders>>;
  beforeEach(async () => {
    orders = await openOrders();
    await createOrder(orders.deps, { orderId: 'o1', status: 'received', description: 'one' });
  });
  afterEach(() => orders.close());

  /** The deps of a writer whose first write comes after `other` has written. */
  function overtakenBy(other: () => Promise<unknown>) {
    let overtaken = false;
    const store: OrderStore = {
      ...orders.store,
      async change(read, fields) {
        if (!overtaken) {
          overtaken = true;
          await other();
        }
        return orders.store.change(read, fields);
      },
    };
    return { ...orders.deps, store };
  }
  const standing = () => orders.store.get('o1');

  it('both succeed when they change different fields', async () => {
    const deps = overtakenBy(() => changeOrder(orders.deps, 'o1', { deliveryDate: '2025-02-10' }));
    await changeOrder(deps, 'o1', { description: 'two' });

    expect(await standing()).toMatchObject({ description: 'two', deliveryDate: '2025-02-10', version: 3 });
  });

  it('the slower one is refused when they change the same field', async () => {
    const deps = overtakenBy(() => changeOrder(orders.deps, 'o1', { description: 'two' }));

    await expect(changeOrder(deps, 'o1', { description: 'three' })).rejects.toMatchObject({ code: 'Conflict' });
    expect(await standing()).toMatchObject({ description: 'two', version: 2 });
  });

  it('the slower one writes nothing when both make the same change', async () => {
    const same = { status: 'inprocess', description: 'two' } as const;
    const deps = overtakenBy(() => changeOrder(orders.deps, 'o1', same));

    expect(await changeOrder(deps, 'o1', same)).toMatchObject({ version: 2 });
    expect(orders.queue.statuses()).toEqual(['received', 'inprocess']);
  });

  it('of completed and canceled one wins, and the other is refused', async () => {
    await changeOrder(orders.deps, 'o1', { status: 'inprocess' });
    const results = await Promise.allSettled([
      changeOrder(orders.deps, 'o1', { status: 'completed' }),
      changeOrder(orders.deps, 'o1', { status: 'canceled', reasonForCancellation: 'x' }),
    ]);

    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(orders.queue.messages).toHaveLength(3);
  });

  it('of many that change the same field at once, those that succeeded were seen one after the other', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) => changeOrder(orders.deps, 'o1', { description: `by ${n}` })),
    );
    const succeeded = results.filter(({ status }) => status === 'fulfilled');

    expect(succeeded.length).toBeGreaterThanOrEqual(1);
    expect((await standing())?.version).toBe(1 + succeeded.length);
  });

  it('the same new order at the same time is one order with one message', async () => {
    const order = { orderId: 'o2', status: 'received', description: 'one' } as const;
    const both = await Promise.all([createOrder(orders.deps, order), createOrder(orders.deps, order)]);

    expect(both.map(({ version }) => version)).toEqual([1, 1]);
    expect(orders.queue.messages.filter(({ orderId }) => orderId === 'o2')).toHaveLength(1);
  });

  it('a write whose answer was lost and that is repeated is one write', async () => {
    const { client } = orders.table;
    const twice = Object.create(client, {
      send: {
        value: async (command: Parameters<typeof client.send>[0]) => {
          if (/^(Put|Update)Command$/.test(command.constructor.name)) await client.send(command);
          return client.send(command);
        },
      },
    });
    const deps = { ...orders.deps, store: createOrderStore({ ...orders.table, client: twice }) };
    await createOrder(deps, { orderId: 'o3', status: 'received', description: 'one' });
    const changed = await changeOrder(deps, 'o3', { status: 'inprocess' });

    expect(changed).toMatchObject({ status: 'inprocess', version: 2 });
    expect(orders.queue.messages.filter(({ orderId }) => orderId === 'o3').map(({ status }) => status)).toEqual([
      'received',
      'inprocess',
    ]);
    expect((await orders.store.get('o3'))?.outbox).toEqual([]);
  });
});
