import { Construct } from 'constructs';
import { ORDER_STATUSES, type OrderStatus } from '../core/orders/order.ts';
import { ProductFunction } from './constructs/product-function.ts';
import { QueueWorker } from './constructs/queue-worker.ts';
import { Sweep } from './constructs/sweep.ts';
import type { Foundation } from './foundation.ts';

/** Processors call nothing but AWS: five of them process some hundred orders a second. */
const CONCURRENCY = 5;

/** Orders: their routes, a queue and a processor for each status, and the sweep. */
export class Orders extends Construct {
  readonly processors: ReadonlyMap<OrderStatus, QueueWorker>;
  readonly sweep: Sweep;

  /** Notices to customers leave through the queue of transactional email. */
  constructor(scope: Construct, id: string, shared: Foundation, email: QueueWorker) {
    super(scope, id);
    const { table, senderAddress, publishEvents } = shared;

    this.processors = new Map(
      ORDER_STATUSES.map((status) => [
        status,
        new QueueWorker(this, status, shared, {
          queueName: `order-${status}`,
          urlVariable: 'ORDER_QUEUE_URL',
          maximumConcurrency: CONCURRENCY,
          name: `order-${status}`,
          bundle: 'order-processor',
          description: `Tells the customer and other systems that an order is ${status}, and records that it did`,
          memory: 256,
          environment: { ORDER_STATUS: status, SENDER_ADDRESS: senderAddress },
          access: [table.access(['GetItem', 'PutItem', 'UpdateItem']), email.access(['SendMessage']), publishEvents],
        }),
      ]),
    );
    const sendToAll = [...this.processors].map(([status, worker]) =>
      worker.access(['SendMessage'], `ORDER_${status.toUpperCase()}_QUEUE_URL`),
    );

    new ProductFunction(this, 'Orders', shared, {
      name: 'orders',
      description: 'POST /orders, PUT and GET /orders/{orderId}: writes the order with its message, and sends it',
      routes: ['POST /orders', 'PUT /orders/{orderId}', 'GET /orders/{orderId}'],
      timeoutSeconds: 10,
      memory: 512,
      access: [table.access(['GetItem', 'PutItem', 'UpdateItem']), ...sendToAll],
    });

    this.sweep = new Sweep(this, 'Sweep', shared, {
      name: 'orders-sweep',
      description: 'Every minute: sends messages of orders that were written but not sent',
      access: [table.access(['GetItem', 'UpdateItem'], 'byStatus'), ...sendToAll],
    });
  }
}
