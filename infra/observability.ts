import { type IMetric, MathExpression, type Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { FIVE_MINUTES, MINUTE, OperatorAlarms, QUARTER_HOUR } from './constructs/operator-alarms.ts';
import type { ProductFunction } from './constructs/product-function.ts';
import type { ProductTable } from './constructs/product-table.ts';
import type { QueueWorker } from './constructs/queue-worker.ts';
import { Dashboard, REPUTATION, type Watched } from './dashboard.ts';

/** The alarms, each with the reason of its threshold in docs/runbook.md, and the dashboard. */
export class Observability extends Construct {
  readonly alarms: OperatorAlarms;

  constructor(scope: Construct, id: string, watched: Watched) {
    super(scope, id);
    this.alarms = new OperatorAlarms(this, 'Alarms', watched.shared.stage);
    this.#watchCampaigns(watched);
    this.#watchQueues(watched);
    this.#watchFunctions(watched);
    this.#watchDelivery(watched);
    this.#watchOrders(watched);
    this.#watchReputation(watched);
    new Dashboard(this, 'Dashboard', watched, this.alarms.alarms);
  }

  #watchCampaigns({ campaigns, shared, edge }: Watched): void {
    const { alarms } = this;
    alarms.watch({
      family: 'campaign-failed',
      text: 'A campaign ended FAILED: a redrive sends what is left',
      metric: campaigns.workflow.stateMachine.metricFailed({ period: MINUTE }),
    });
    for (const counting of campaigns.counting) {
      alarms.watch({
        family: 'rows-left-behind',
        of: counting.service,
        text: 'A campaign ended with rows that are neither sent nor failed',
        metric: counting.counter('RowsLeftBehind'),
      });
    }
    alarms.watch({
      family: 'api-5xx',
      text: 'The HTTP API answers with errors of the server',
      metric: edge.api.metricServerError({ period: FIVE_MINUTES, statistic: 'Sum' }),
      threshold: 5,
    });
    for (const table of [shared.table, shared.control]) this.#watchTable(table);
  }

  #watchTable(table: ProductTable): void {
    this.alarms.watch({
      family: 'table-throttles',
      of: table.name,
      text: 'DynamoDB throttles a table or its indexes for minutes',
      // An alarm on DynamoDB keeps its state while values are missing, and no throttling is no value: it would never be over.
      // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
      metric: sumOf(table.throttles().map(({ metric }) => metric)),
      threshold: 100,
      // FILL may stand in for a value that is only late: the last one does not decide alone.
      periods: 5,
      datapoints: 3,
    });
  }

  #watchQueues({ campaigns, email, feedback, orders, requests }: Watched): void {
    const oldest: [QueueWorker, number][] = [
      [feedback.worker, 900],
      [campaigns.sending, 900],
      // Files of the greatest size may wait for each other.
      [campaigns.ingest, 3600],
      [email.worker, 300],
      [requests.worker, 900],
      ...[...orders.processors.values()].map((worker): [QueueWorker, number] => [worker, 300]),
    ];
    for (const [{ queueName, queue, deadLetters }, seconds] of oldest) {
      this.alarms.watch({
        family: 'dead-letters',
        of: queueName,
        text: 'A message was received five times without an outcome',
        metric: deadLetters.metricApproximateNumberOfMessagesVisible({ period: MINUTE, statistic: 'Maximum' }),
        // SQS reports nothing of a queue that nobody uses for six hours. The messages are still there.
        missing: TreatMissingData.IGNORE,
      });
      this.alarms.watch({
        family: 'queue-age',
        of: queueName,
        text: 'Messages wait too long for their worker',
        metric: queue.metricApproximateAgeOfOldestMessage({ period: MINUTE, statistic: 'Maximum' }),
        threshold: seconds,
        periods: 5,
      });
    }
  }

  #watchFunctions({ campaigns, email, feedback, orders, requests }: Watched): void {
    const { settle, recordOutcome, sweep } = campaigns;
    const workers = [
      campaigns.sending,
      campaigns.ingest,
      email.worker,
      requests.worker,
      feedback.worker,
      ...orders.processors.values(),
    ].map((worker) => worker.function);
    for (const worker of workers) {
      this.alarms.watch({
        family: 'errors',
        of: worker.service,
        text: 'A worker crashed or ran into its timeout',
        metric: worker.metricErrors({ period: FIVE_MINUTES }),
      });
    }
    for (const background of [settle, recordOutcome, sweep, email.sweep, requests.sweep, orders.sweep]) {
      this.alarms.watch({
        family: 'errors',
        of: background.service,
        text: 'A function fails again and again, although its calls are repeated',
        metric: background.metricErrors({ period: QUARTER_HOUR }),
        threshold: 3,
        // The value has the time at which the invocation began, up to a quarter of an hour before its end.
        periods: 2,
        datapoints: 1,
      });
    }
    for (const throttled of [...workers, settle]) {
      this.alarms.watch({
        family: 'throttles',
        of: throttled.service,
        text: 'Lambda has had too little concurrency for a function for a quarter of an hour',
        metric: throttled.metricThrottles({ period: FIVE_MINUTES }),
        periods: 3,
      });
    }
  }

  #watchDelivery({ campaigns, email, requests }: Watched): void {
    const { alarms } = this;
    const workers = [campaigns.sending.function, email.worker.function, requests.worker.function];
    for (const worker of workers) {
      alarms.watch({
        family: 'account-stopped',
        of: worker.service,
        text: 'A provider refuses our account or our key: nothing is sent through it',
        metric: worker.counter('AccountStopped'),
      });
      alarms.watch({
        family: 'missed-slots',
        of: worker.service,
        text: 'Workers come too late for a fifth of their slots: the rate is not used',
        metric: missedSlots(worker),
        threshold: 20,
        periods: 3,
      });
    }
    for (const source of [...workers, email.sweep, requests.sweep, ...campaigns.counting]) {
      alarms.watch({
        family: 'unconfirmed',
        of: source.service,
        text: 'It is not known whether an email or a notification was sent: a person decides',
        metric: source.counter('Unconfirmed'),
      });
    }
    alarms.watch({
      family: 'provider-fallback',
      text: 'The first email provider fails: another one sends its emails',
      metric: email.worker.function.counter('ProviderFallback'),
    });
    alarms.watch({
      family: 'notify-throttled',
      text: 'The notification provider accepts fewer calls than NotifyLimit',
      metric: requests.worker.function.counter('Throttled'),
    });
    alarms.watch({
      family: 'requests-failed',
      text: 'Notification requests have failed for good',
      metric: requests.worker.function.counter('Rejected'),
    });
  }

  #watchReputation({ feedback }: Watched): void {
    const { alarms } = this;
    alarms.watch({
      family: 'protection-stopped',
      text: 'A campaign stopped itself because of its bounces or complaints',
      metric: feedback.worker.function.counter('ProtectionStopped'),
    });
    for (const [family, metric, threshold, text] of [
      ['account-bounces', REPUTATION.bounces, 0.05, 'Hard bounces of the account reach 5 %, at which AWS reviews it'],
      [
        'account-complaints',
        REPUTATION.complaints,
        0.001,
        'Complaints of the account reach 0.1 %, at which AWS reviews it',
      ],
    ] as const) {
      // SES reports it a few times a day, so the last value counts.
      alarms.watch({ family, text, metric, threshold, missing: TreatMissingData.IGNORE });
    }
  }

  #watchOrders({ orders }: Watched): void {
    this.alarms.watch({
      family: 'orders-swept',
      text: 'Writes of orders fail to send their messages; the sweep sends them',
      metric: orders.sweep.counter('OutboxSwept'),
    });
    for (const [status, { function: processor }] of orders.processors) {
      // In a small account the processor of the first status, which waits for no other, has the changes of all.
      this.alarms.watch({
        family: 'orders-stuck',
        of: status,
        text: 'Changes of orders wait for a status that is not processed',
        metric: processor.counter('OrderStuck'),
      });
    }
  }
}

/** The sum of at most ten metrics, which is what an alarm takes. A metric without a value at a time counts as 0 there. */
function sumOf(metrics: readonly Metric[]): IMetric {
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]));
  return new MathExpression({
    expression: Object.keys(usingMetrics)
      .map((id) => `FILL(${id}, 0)`)
      .join(' + '),
    usingMetrics,
    period: MINUTE,
  });
}

/**
 * The percentage of slots that were missed. With few slots it says nothing: a worker that starts misses its first. A worker that misses
 * all of them has no value of `sent`.
 */
function missedSlots(worker: ProductFunction): IMetric {
  const period = FIVE_MINUTES;
  return new MathExpression({
    expression: 'IF(missed >= 30, 100 * missed / (missed + FILL(sent, 0)), 0)',
    usingMetrics: {
      missed: worker.counter('SlotMissed').with({ period }),
      sent: worker.counter('Sent').with({ period }),
    },
    period,
  });
}
