import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { changeOrder, createOrder } from '../../../core/orders/change-order.ts';
import { OVERDUE_MS } from '../../../core/orders/store.ts';
import { sweepOrders } from '../../../core/orders/sweep.ts';
import { openOrders } from './support.ts';

describe('the sweep of orders', () => {
  let orders: Awaited<ReturnType<typeof openOrders>>;
  beforeEach(async () => {
    orders = await openOrders();
  });
  afterEach(() => orders.close());

  const create = (orderId: string) => createOrder(orders.deps, { orderId, status: 'received', description: 'one' });
  const sweep = () => sweepOrders(orders.deps, orders.clock.now() + 60_000);
  const listed = async () =>
    (
      await orders.table.client.send(
        new QueryCommand({
          TableName: orders.table.tableName,
          IndexName: 'byStatus',
          KeyConditionExpression: 'statusKey = :outbox',
          ExpressionAttributeValues: { ':outbox': 'ORDER_OUTBOX' },
        }),
      )
    ).Count;

  it('finds nothing when every message was sent', async () => {
    await create('o1');
    orders.clock.move(OVERDUE_MS + 1);

    expect(await listed()).toBe(0);
    expect(await sweep()).toEqual({ orders: 0, messages: 0, failed: 0 });
    expect(orders.queue.statuses()).toEqual(['received']);
  });

  it('sends an overdue message that the write could not send, and only once', async () => {
    orders.queue.broken = true;
    await create('o1');
    await changeOrder(orders.deps, 'o1', { status: 'inprocess' });
    orders.queue.broken = false;

    expect(await sweep()).toMatchObject({ orders: 0 });
    orders.clock.move(OVERDUE_MS);
    expect(await sweep()).toEqual({ orders: 1, messages: 2, failed: 0 });
    expect(await sweep()).toMatchObject({ orders: 0 });
    expect(orders.queue.statuses().sort()).toEqual(['inprocess', 'received']);
    expect(await listed()).toBe(0);
  });

  it('keeps what it cannot send for the next time', async () => {
    orders.queue.broken = true;
    await create('o1');
    orders.clock.move(OVERDUE_MS);

    expect(await sweep()).toMatchObject({ failed: 1 });
    orders.queue.broken = false;
    expect(await sweep()).toMatchObject({ messages: 1, failed: 0 });
  });

  it('processes more orders than one page', async () => {
    orders.queue.broken = true;
    await Promise.all(Array.from({ length: 130 }, (_, n) => create(`o${n}`)));
    orders.queue.broken = false;
    orders.clock.move(OVERDUE_MS);

    expect(await sweep()).toEqual({ orders: 130, messages: 130, failed: 0 });
    expect(new Set(orders.queue.messages.map(({ orderId }) => orderId)).size).toBe(130);
  });
});
