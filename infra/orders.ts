import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus, Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { type Grant, ProductFunction, seconds } from './product-function.ts';
import { CONSUMER_TIMEOUT, Lane } from './queues.ts';
import type { Settings } from './settings.ts';
import { physicalName, type Stage } from './stages.ts';

export interface OrdersProps {
  stage: Stage;
  table: Table;
  settings: Settings;
  /** The lane that notices to customers leave by. */
  email: Lane;
}

const STATUSES = ['received', 'inprocess', 'completed', 'canceled'] as const;
type Status = (typeof STATUSES)[number];
/** Processors wait for nobody but AWS: five of them do some hundred orders a second. */
const CONCURRENCY = 5;

/** The lifecycle of orders: a lane and a processor per status, the routes' function, the sweep, the bus for other systems. */
export class Orders extends Construct {
  readonly lanes: Lane[];
  /** `POST /orders`, `PUT` and `GET /orders/{orderId}`. */
  readonly orders: ProductFunction;

  constructor(scope: Construct, id: string, { stage, table, settings, email }: OrdersProps) {
    super(scope, id);
    const lane = (status: Status) => new Lane(this, `Order-${status}`, stage, `order-${status}`);
    const lanes = {
      received: lane('received'),
      inprocess: lane('inprocess'),
      completed: lane('completed'),
      canceled: lane('canceled'),
    };
    this.lanes = Object.values(lanes);
    const bus = new EventBus(this, 'Bus', {
      eventBusName: physicalName(stage, 'orders'),
      description: 'OrderStatusChanged of pregon.orders, for other systems',
    });

    const environment = { SENDS_TABLE: table.tableName, LOG_LEVEL: settings.logLevel };
    const queueUrls = {
      ORDER_RECEIVED_QUEUE_URL: lanes.received.queue.queueUrl,
      ORDER_INPROCESS_QUEUE_URL: lanes.inprocess.queue.queueUrl,
      ORDER_COMPLETED_QUEUE_URL: lanes.completed.queue.queueUrl,
      ORDER_CANCELED_QUEUE_URL: lanes.canceled.queue.queueUrl,
    };
    const inTable = (...actions: string[]): Grant => ({
      actions: actions.map((action) => `dynamodb:${action}`),
      resources: [table.tableArn],
    });
    const sendTo = (...to: Lane[]): Grant => ({
      actions: ['sqs:SendMessage'],
      resources: to.map(({ queue }) => queue.queueArn),
    });

    this.orders = new ProductFunction(this, 'Orders', {
      stage,
      name: 'orders',
      description: 'POST /orders, PUT and GET /orders/{orderId}: writes the order with its message, and sends it',
      timeout: seconds(10),
      memory: 512,
      environment: { ...environment, ...queueUrls },
      grants: [inTable('GetItem', 'PutItem', 'UpdateItem'), sendTo(...this.lanes)],
    });

    for (const status of STATUSES) {
      const { queue } = lanes[status];
      const processor = new ProductFunction(this, `Processor-${status}`, {
        stage,
        name: `order-${status}`,
        description: `Orders that are ${status}: tells the customer and other systems, and records it`,
        timeout: CONSUMER_TIMEOUT,
        memory: 256,
        environment: {
          ...environment,
          ORDER_QUEUE_URL: queue.queueUrl,
          ORDER_BUS: bus.eventBusName,
          EMAIL_QUEUE_URL: email.queue.queueUrl,
          SENDER_ADDRESS: settings.senderAddress,
        },
        grants: [
          inTable('GetItem', 'PutItem', 'UpdateItem'),
          {
            actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:SendMessage'],
            resources: [queue.queueArn],
          },
          sendTo(email),
          { actions: ['events:PutEvents'], resources: [bus.eventBusArn] },
        ],
      });
      new CfnEventSourceMapping(this, `Messages-${status}`, {
        functionName: processor.function.functionName,
        eventSourceArn: queue.queueArn,
        batchSize: 10,
        scalingConfig: { maximumConcurrency: CONCURRENCY },
        functionResponseTypes: ['ReportBatchItemFailures'],
      });
    }

    const sweep = new ProductFunction(this, 'Sweep', {
      stage,
      name: 'orders-sweep',
      description: 'Every minute: sends the messages of orders that their writes could not send',
      timeout: seconds(55),
      memory: 256,
      environment: { ...environment, ...queueUrls },
      grants: [
        inTable('GetItem', 'UpdateItem'),
        { actions: ['dynamodb:Query'], resources: [`${table.tableArn}/index/byStatus`] },
        sendTo(...this.lanes),
      ],
    });
    new Rule(this, 'EveryMinute', {
      ruleName: physicalName(stage, 'orders-sweep'),
      description: 'The sweep of orders',
      schedule: Schedule.rate(Duration.minutes(1)),
      // The next minute's run does what a lost one would have.
      targets: [new LambdaFunction(sweep.function, { retryAttempts: 0, maxEventAge: Duration.minutes(1) })],
    });

    const alarm = (name: string, alarmDescription: string, metricName: string, services: readonly string[]) => {
      for (const service of services) {
        new Alarm(this, `${name}-${service}`, {
          alarmName: physicalName(stage, services.length > 1 ? `${name}-${service}` : name),
          alarmDescription,
          metric: new Metric({
            namespace: 'Pregon',
            metricName,
            dimensionsMap: { service },
            statistic: 'Sum',
            period: Duration.minutes(1),
          }),
          threshold: 1,
          evaluationPeriods: 1,
          comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
          treatMissingData: TreatMissingData.NOT_BREACHING,
        });
      }
    };
    alarm('orders-swept', 'Writes of orders do not get their messages onto the queues; the sweep does', 'OutboxSwept', [
      'orders-sweep',
    ]);
    alarm(
      'orders-stuck',
      'Changes of orders wait for a status that is not processed: look at its dead letters',
      'OrderStuck',
      STATUSES.filter((status) => status !== 'received').map((status) => `order-${status}`),
    );
  }
}
