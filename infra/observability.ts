import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Campaigns } from './campaigns.ts';
import { alarm } from './constructs/alarm.ts';
import type { Orders } from './orders.ts';
import type { Requests } from './requests.ts';
import type { Stage } from './stages.ts';
import type { TransactionalEmail } from './transactional-email.ts';

export interface Watched {
  campaigns: Campaigns;
  email: TransactionalEmail;
  orders: Orders;
  requests: Requests;
}

/** The alarms that an operator must act on. Those on dead letters are made with each queue. */
export class Observability extends Construct {
  constructor(scope: Construct, id: string, stage: Stage, { campaigns, email, orders, requests }: Watched) {
    super(scope, id);
    const watch = (name: string, description: string, metric: Metric) => alarm(this, stage, name, description, metric);
    const sendWorker = campaigns.sending.function;
    const emailWorker = email.worker.function;
    const notifyWorker = requests.worker.function;

    watch(
      'campaign-failed',
      'A campaign ended FAILED: read its reason, then redrive it',
      campaigns.workflow.stateMachine.metricFailed(),
    );
    watch(
      'account-stopped',
      'The email provider refuses the account: campaigns stop',
      sendWorker.counter('AccountStopped'),
    );
    watch('worker-errors', 'The send worker fails', sendWorker.metricErrors());
    watch(
      'rows-lost',
      'Settle found rows that are neither sent nor failed',
      campaigns.settle.counter('RowsLeftBehind'),
    );

    watch(
      'provider-fallback',
      'The first email provider fails: another one sends its emails',
      emailWorker.counter('ProviderFallback'),
    );
    watch(
      'notify-key-refused',
      'The notification provider refuses our key: see its secret',
      notifyWorker.counter('AccountStopped'),
    );
    watch(
      'notify-throttled',
      'The notification provider accepts fewer calls than NotifyLimit',
      notifyWorker.counter('Throttled'),
    );
    watch('requests-failed', 'Notification requests have failed for good', notifyWorker.counter('Rejected'));
    // A campaign's end shows its unconfirmed rows; these channels have no end.
    for (const source of [emailWorker, email.sweep, notifyWorker, requests.sweep]) {
      watch(
        `unconfirmed-${source.service}`,
        'It is not known whether an email or a notification was sent: a person decides, see the runbook on unconfirmed rows',
        source.counter('Unconfirmed'),
      );
    }

    watch(
      'orders-swept',
      'Writes of orders fail to send their messages; the sweep sends them',
      orders.sweep.counter('OutboxSwept'),
    );
    for (const [status, { function: processor }] of orders.processors) {
      // The first status waits for no other.
      if (status === 'received') continue;
      watch(
        `orders-stuck-${processor.service}`,
        'Changes of orders wait for a status that is not processed: look at its dead letters',
        processor.counter('OrderStuck'),
      );
    }
  }
}
