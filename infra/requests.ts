import { Construct } from 'constructs';
import { secretAccess } from './constructs/access.ts';
import { OperatorSecret } from './constructs/operator-secret.ts';
import { parameter } from './constructs/parameter.ts';
import { MEMORY, ProductFunction } from './constructs/product-function.ts';
import { QueueWorker } from './constructs/queue-worker.ts';
import { Sweep } from './constructs/sweep.ts';
import type { Foundation } from './foundation.ts';

/**
 * The least that an event source takes, and enough: while one worker waits for its last answers the other uses the next slots. A
 * backlog waits in the queue, and sixteen calls at once stay far below the fifty that the provider takes.
 */
const CONCURRENCY = 2;
/** A worker waits at most four seconds for slots. At 45 calls in ten seconds, each of two workers gets slots for eight in that time. */
const BATCH_SIZE = 8;

/** Notification requests: their routes, the worker that calls the external provider, the sweep. */
export class Requests extends Construct {
  readonly worker: QueueWorker;
  readonly sweep: Sweep;

  constructor(scope: Construct, id: string, shared: Foundation) {
    super(scope, id);
    const { table, control } = shared;
    const key = new OperatorSecret(this, 'Key', shared, 'notify-key', 'The key of the external notification provider');
    const rate = {
      // Below the fifty that are published: the provider counts calls when they arrive, not when they left.
      NOTIFY_LIMIT: parameter(this, 'NotifyLimit', {
        description: 'Calls that leave in any NotifyWindowSeconds',
        default: '45',
      }),
      NOTIFY_WINDOW_SECONDS: parameter(this, 'NotifyWindowSeconds', {
        description: 'The window of NotifyLimit',
        default: '10',
      }),
    };

    this.worker = new QueueWorker(this, 'Notify', shared, {
      queueName: 'requests',
      urlVariable: 'REQUEST_QUEUE_URL',
      batchSize: BATCH_SIZE,
      maximumConcurrency: CONCURRENCY,
      name: 'notify-worker',
      description: 'Reserve, claim, send, record: one notification per message, by the external provider',
      memory: MEMORY.requests,
      environment: {
        ...rate,
        NOTIFY_URL: parameter(this, 'NotifyUrl', {
          description: 'Base address of the notification provider; /v1/notify is appended',
          default: 'http://provider:3001',
        }),
      },
      access: [
        table.access(['GetItem', 'BatchGetItem', 'UpdateItem', 'PartiQLUpdate']),
        control.access(['GetItem', 'BatchGetItem', 'UpdateItem']),
        secretAccess(key, 'NOTIFY_SECRET_ARN'),
      ],
    });

    new ProductFunction(this, 'Requests', shared, {
      name: 'requests',
      description: 'Registers notification requests, starts their processing, shows their state',
      routes: ['POST /v1/requests', 'POST /v1/requests/{id}/process', 'GET /v1/requests/{id}'],
      memory: MEMORY.requests,
      access: [
        // BatchWriteItem writes both items of a new request, PutItem the day's marker.
        table.access(['GetItem', 'PutItem', 'BatchWriteItem', 'UpdateItem']),
        this.worker.access(['SendMessage']),
      ],
    });

    this.sweep = new Sweep(this, 'Sweep', shared, {
      name: 'requests-sweep',
      description: 'Every minute: replaces lost messages of requests, records leases that expired',
      environment: rate,
      access: [
        table.access(['GetItem', 'Query', 'UpdateItem'], 'byStatus'),
        this.worker.access(['SendMessage', 'GetQueueAttributes']),
      ],
    });
  }
}
