import { CfnCondition, Fn } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ORDER_STATUSES, type OrderStatus } from '../core/orders/order.ts';
import type { Access } from './constructs/access.ts';
import { MEMORY, ProductFunction } from './constructs/product-function.ts';
import { QueueWorker } from './constructs/queue-worker.ts';
import { Sweep } from './constructs/sweep.ts';
import type { Foundation } from './foundation.ts';

/** Processors call nothing but AWS: five of them process some hundred orders a second. */
const CONCURRENCY = 5;

/**
 * Orders: their routes, a queue and a processor for each status, and the sweep. In a small account all
 * changes go through the queue of the first status, because four queues would take eight of its ten executions.
 */
export class Orders extends Construct {
  readonly processors: ReadonlyMap<OrderStatus, QueueWorker>;
  readonly sweep: Sweep;

  /** Notices to customers leave through the queue of transactional email. */
  constructor(scope: Construct, id: string, shared: Foundation, email: QueueWorker) {
    super(scope, id);
    const { table, sender, publishEvents } = shared;

    const isGrown = new CfnCondition(this, 'Grown', { expression: Fn.conditionNot(shared.smallAccount) });
    const [first] = ORDER_STATUSES;
    this.processors = new Map(
      ORDER_STATUSES.map((status) => [
        status,
        new QueueWorker(this, status, shared, {
          queueName: `order-${status}`,
          urlVariable: 'ORDER_QUEUE_URL',
          ...(status === first
            ? { maximumConcurrency: shared.concurrency(CONCURRENCY) }
            : { maximumConcurrency: CONCURRENCY, condition: isGrown }),
          name: `order-${status}`,
          bundle: 'order-processor',
          description: `Tells the customer and other systems that an order is ${status}, and records that it did`,
          memory: MEMORY.background,
          environment: sender,
          access: [table.access(['GetItem', 'PutItem', 'UpdateItem']), email.access(['SendMessage']), publishEvents],
        }),
      ]),
    );
    const firstUrl = this.processors.get(first)?.queue.queueUrl;
    const sendToAll = [...this.processors].map(([status, worker]): Access => {
      const { queueUrl } = worker.queue;
      const url = Fn.conditionIf(shared.smallAccount.logicalId, firstUrl, queueUrl).toString();
      return { ...worker.access(['SendMessage']), environment: { [`ORDER_${status.toUpperCase()}_QUEUE_URL`]: url } };
    });

    new ProductFunction(this, 'Orders', shared, {
      name: 'orders',
      description: 'POST /orders, PUT and GET /orders/{orderId}: writes the order with its message, and sends it',
      routes: ['POST /orders', 'PUT /orders/{orderId}', 'GET /orders/{orderId}'],
      memory: MEMORY.requests,
      access: [table.access(['GetItem', 'PutItem', 'UpdateItem']), ...sendToAll],
    });

    this.sweep = new Sweep(this, 'Sweep', shared, {
      name: 'orders-sweep',
      description: 'Every minute: sends messages of orders that were written but not sent',
      access: [table.access(['GetItem', 'UpdateItem'], 'byStatus'), ...sendToAll],
    });
  }
}
