import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  MathExpression,
  Metric,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { GaugeMetric } from '../core/telemetry.ts';
import type { Campaigns } from './campaigns.ts';
import { FIVE_MINUTES, MINUTE } from './constructs/operator-alarms.ts';
import { METRICS_NAMESPACE, type ProductFunction } from './constructs/product-function.ts';
import type { QueueWorker } from './constructs/queue-worker.ts';
import type { Edge } from './edge.ts';
import type { Feedback } from './feedback.ts';
import type { Foundation } from './foundation.ts';
import type { Orders } from './orders.ts';
import type { Requests } from './requests.ts';
import { physicalName } from './stages.ts';
import type { TransactionalEmail } from './transactional-email.ts';

export interface Watched {
  shared: Foundation;
  campaigns: Campaigns;
  email: TransactionalEmail;
  feedback: Feedback;
  orders: Orders;
  requests: Requests;
  edge: Edge;
}

/** The columns of a dashboard. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
const COLUMNS = 24;

/** One page that answers: how is my campaign, is it slow, and why. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, watched: Watched, alarms: readonly Alarm[]) {
    super(scope, id);
    new CloudWatchDashboard(this, 'Page', {
      dashboardName: physicalName(watched.shared.stage, 'campaigns'),
      widgets: [
        [new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: COLUMNS, height: 6 })],
        [heading('How is my campaign?')],
        howIsIt(watched),
        [heading('Is it slow?')],
        isItSlow(watched),
        [heading('Why is it slow?')],
        whyIsItSlow(watched),
        [heading('What do recipients say?')],
        whatRecipientsSay(watched),
        [heading('What do clients see?')],
        whatClientsSee(watched),
      ],
    });
  }
}

/**
 * The shares by which AWS judges the account, over its recent emails, from 0 to 1.
 * https://docs.aws.amazon.com/ses/latest/dg/monitor-sender-reputation.html
 */
export const REPUTATION = {
  bounces: reputation('BounceRate', 'hard bounces'),
  complaints: reputation('ComplaintRate', 'complaints'),
};

function reputation(name: string, label: string): Metric {
  return new Metric({
    namespace: 'AWS/SES',
    metricName: `Reputation.${name}`,
    statistic: 'Average',
    period: FIVE_MINUTES,
    label,
  });
}

function whatRecipientsSay({ feedback }: Watched): IWidget[] {
  const worker = feedback.worker.function;
  return [
    graph('Account: hard bounces (reviewed at 0.05)', 'share', [REPUTATION.bounces]),
    graph('Account: complaints (reviewed at 0.001)', 'share', [REPUTATION.complaints]),
    graph('Events', 'a minute', [
      sum(worker.counter('Bounced'), 'bounced'),
      sum(worker.counter('Complained'), 'complaints'),
      sum(worker.counter('Confirmed'), 'unconfirmed emails that SES had accepted'),
    ]),
  ];
}

function howIsIt({ campaigns, email, requests }: Watched): IWidget[] {
  const { stateMachine } = campaigns.workflow;
  const sendWorker = campaigns.sending.function;
  const emailWorker = email.worker.function;
  return [
    graph('Sent', 'a minute', [
      sum(sendWorker.counter('Sent'), 'campaigns'),
      sum(emailWorker.counter('Sent'), 'transactional email'),
      sum(requests.worker.function.counter('Sent'), 'notification requests'),
    ]),
    graph('ERROR / (SENT + ERROR)', '%', [
      errorShare('campaigns', sendWorker.counter('Sent'), [
        sendWorker.counter('Rejected'),
        sendWorker.counter('Unconfirmed'),
        campaigns.settle.counter('NotDelivered'),
        campaigns.settle.counter('Unconfirmed'),
      ]),
      errorShare('email', emailWorker.counter('Sent'), [
        emailWorker.counter('Rejected'),
        emailWorker.counter('Unconfirmed'),
        email.sweep.counter('Unconfirmed'),
      ]),
    ]),
    graph('Campaigns', 'a minute', [
      sum(stateMachine.metricStarted(), 'started'),
      sum(stateMachine.metricSucceeded(), 'SUCCEEDED'),
      sum(stateMachine.metricFailed(), 'FAILED'),
      sum(stateMachine.metricAborted(), 'ABORTED'),
    ]),
  ];
}

function isItSlow({ shared, campaigns, email, orders, requests }: Watched): IWidget[] {
  const queues = [campaigns.sending, campaigns.ingest, email.worker, requests.worker, ...orders.processors.values()];
  const rate = (metricName: GaugeMetric, label: string) =>
    new Metric({
      namespace: METRICS_NAMESPACE,
      metricName,
      dimensionsMap: { service: 'ses', stage: shared.stage.name },
      statistic: 'Maximum',
      label,
      period: MINUTE,
    });
  return [
    graph('Rate of SES', 'emails a second', [rate('RateUsed', 'used'), rate('RateAllowed', 'allowed')]),
    graph(
      'Age of the oldest message',
      's',
      queues.map(({ queueName, queue }) => peak(queue.metricApproximateAgeOfOldestMessage(), queueName)),
    ),
    graph(
      'Waiting messages, dead letters',
      'messages',
      queues.flatMap(({ queueName, queue, deadLetters }) => [
        peak(queue.metricApproximateNumberOfMessagesVisible(), queueName),
        peak(deadLetters.metricApproximateNumberOfMessagesVisible(), `${queueName}-dlq`),
      ]),
    ),
  ];
}

function whyIsItSlow({ shared, campaigns, email, orders, requests }: Watched): IWidget[] {
  const sendWorker = campaigns.sending.function;
  const senders = [sendWorker, email.worker.function, requests.worker.function];
  const workers = workersOf([campaigns.sending, email.worker, requests.worker, ...orders.processors.values()]);
  return [
    graph('Throttles', 'a minute', [
      ...senders.map((worker) => sum(worker.counter('Throttled'), `${worker.service}: by the provider`)),
      ...[...workers, campaigns.settle].map((one) => sum(one.metricThrottles(), `${one.service}: by Lambda`)),
      ...[shared.table, shared.control]
        .flatMap((table) => table.throttles())
        .map(({ metric, of }) => sum(metric, `${of}: by DynamoDB`)),
    ]),
    graph(
      'Concurrency of workers',
      'at once',
      workers.map((worker) => peak(worker.metric('ConcurrentExecutions'), worker.service)),
    ),
    graph('Slots missed, rows postponed', 'a minute', [
      ...senders.map((worker) => sum(worker.counter('SlotMissed'), `${worker.service}: missed`)),
      ...senders.map((worker) => sum(worker.counter('Postponed'), `${worker.service}: postponed`)),
    ]),
    graph('Steps of a send', 'ms', [
      sendWorker.measure('ProviderLatency', 'p50', 'provider, p50'),
      sendWorker.measure('ProviderLatency', 'p99', 'provider, p99'),
      sendWorker.measure('ClaimLatency', 'p99', 'claim, p99'),
      sendWorker.measure('SlotLateness', 'p99', 'later than its slot, p99'),
    ]),
    graph('Failures of workers', 'a minute', [
      ...workers.map((worker) => sum(worker.metricErrors(), `${worker.service}: crashes`)),
      sum(sendWorker.counter('Transient'), 'send-worker: tried again'),
      sum(email.worker.function.counter('FailedOver'), 'email-worker: next provider'),
    ]),
  ];
}

function whatClientsSee({ edge: { api } }: Watched): IWidget[] {
  const latency = (statistic: string) => api.metricLatency({ label: statistic, statistic, period: MINUTE });
  return [
    graph('Requests', 'a minute', [
      api.metricCount({ label: 'all', period: MINUTE }),
      sum(api.metricClientError(), '4xx'),
      sum(api.metricServerError(), '5xx'),
    ]),
    graph('Time of a request', 'ms', [latency('p50'), latency('p99')]),
  ];
}

const heading = (text: string): IWidget => new TextWidget({ markdown: `## ${text}`, width: COLUMNS, height: 1 });

const graph = (title: string, unit: string, left: IMetric[]): IWidget =>
  new GraphWidget({
    title,
    left,
    leftYAxis: { label: unit, showUnits: false, min: 0 },
    period: MINUTE,
    width: 8,
    height: 6,
  });

const sum = (metric: Metric, label: string): IMetric => metric.with({ label, statistic: 'Sum', period: MINUTE });
const peak = (metric: Metric, label: string): IMetric => metric.with({ label, statistic: 'Maximum', period: MINUTE });

const workersOf = (queues: readonly QueueWorker[]): ProductFunction[] => queues.map((worker) => worker.function);

/**
 * The percentage of rows that ended in ERROR. AWS does not document what a sum is where one of its metrics has no value, so each is filled:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
function errorShare(label: string, sent: Metric, failed: readonly Metric[]): IMetric {
  // The ids of metrics are shared by the graph.
  const id = (index: number) => `${label}${index}`;
  const errors = failed.map((_, index) => `FILL(${id(index)}, 0)`).join(' + ');
  return new MathExpression({
    expression: `100 * (${errors}) / (FILL(${label}Sent, 0) + ${errors})`,
    usingMetrics: { [`${label}Sent`]: sent, ...Object.fromEntries(failed.map((metric, index) => [id(index), metric])) },
    label,
    period: MINUTE,
  });
}
