import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { NotifySettings } from './notify-settings.ts';
import { type Grant, ProductFunction, seconds } from './product-function.ts';
import { CONSUMER_TIMEOUT, Lane } from './queues.ts';
import type { Settings } from './settings.ts';
import { physicalName, type Stage } from './stages.ts';

export interface RequestsProps {
  stage: Stage;
  table: Table;
  settings: Settings;
}

/**
 * The least that an event source takes, and enough: while one worker waits for its last answers the other holds the next slots. A
 * backlog waits in the queue, not in workers that find no slot; sixteen calls at once are far below the provider's fifty.
 */
const CONCURRENCY = 2;
/** A worker waits four seconds for slots: two of eight messages find theirs in that time, at 45 in ten seconds. */
const BATCH_SIZE = 8;

/** Notification requests: their lane, the routes' function, the worker that calls the external provider, the sweep. */
export class Requests extends Construct {
  readonly lane: Lane;
  /** `POST /v1/requests`, `POST /v1/requests/{id}/process` and `GET /v1/requests/{id}`. */
  readonly requests: ProductFunction;

  constructor(scope: Construct, id: string, { stage, table, settings }: RequestsProps) {
    super(scope, id);
    this.lane = new Lane(this, 'Request', stage, 'requests');
    const own = new NotifySettings(this, 'Settings');
    const key = new Secret(this, 'Key', {
      secretName: `pregon-${stage.name}/notify-key`,
      description:
        'The key that the external notification provider asks for: the operator puts it in place of the generated one',
      removalPolicy: RemovalPolicy.DESTROY,
    });

    const { queue } = this.lane;
    const environment = {
      SENDS_TABLE: table.tableName,
      REQUEST_QUEUE_URL: queue.queueUrl,
      LOG_LEVEL: settings.logLevel,
    };
    const rate = { NOTIFY_LIMIT: own.limit, NOTIFY_WINDOW_SECONDS: own.windowSeconds };
    const inTable = (...actions: string[]): Grant => ({
      actions: actions.map((action) => `dynamodb:${action}`),
      resources: [table.tableArn],
    });
    const onQueue = (...actions: string[]): Grant => ({
      actions: actions.map((action) => `sqs:${action}`),
      resources: [queue.queueArn],
    });

    this.requests = new ProductFunction(this, 'Requests', {
      stage,
      name: 'requests',
      description:
        'The three routes of notification requests: registers them, has them processed, tells how they stand',
      timeout: seconds(10),
      memory: 512,
      environment,
      // BatchWriteItem writes both items of a new request, PutItem the day's marker.
      grants: [inTable('GetItem', 'PutItem', 'BatchWriteItem', 'UpdateItem'), onQueue('SendMessage')],
    });

    const worker = new ProductFunction(this, 'Worker', {
      stage,
      name: 'notify-worker',
      description: 'Reserve, claim, send, record: one notification per message, by the external provider',
      timeout: CONSUMER_TIMEOUT,
      memory: 512,
      environment: { ...environment, ...rate, NOTIFY_URL: own.url, NOTIFY_SECRET_ARN: key.secretArn },
      grants: [
        inTable('GetItem', 'BatchGetItem', 'UpdateItem'),
        onQueue('ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes', 'SendMessage'),
        { actions: ['secretsmanager:GetSecretValue'], resources: [key.secretArn] },
      ],
    });
    new CfnEventSourceMapping(this, 'Messages', {
      functionName: worker.function.functionName,
      eventSourceArn: queue.queueArn,
      batchSize: BATCH_SIZE,
      scalingConfig: { maximumConcurrency: CONCURRENCY },
      functionResponseTypes: ['ReportBatchItemFailures'],
    });

    const sweep = new ProductFunction(this, 'Sweep', {
      stage,
      name: 'requests-sweep',
      description: 'Every minute: requests whose message was lost get one, leases that ran out are recorded',
      timeout: seconds(55),
      memory: 256,
      environment: { ...environment, ...rate },
      grants: [
        inTable('GetItem', 'Query', 'UpdateItem'),
        { actions: ['dynamodb:Query'], resources: [`${table.tableArn}/index/byStatus`] },
        onQueue('SendMessage', 'GetQueueAttributes'),
      ],
    });
    new Rule(this, 'EveryMinute', {
      ruleName: physicalName(stage, 'requests-sweep'),
      description: 'The sweep of notification requests',
      schedule: Schedule.rate(Duration.minutes(1)),
      // The next minute's run does what a lost one would have.
      targets: [new LambdaFunction(sweep.function, { retryAttempts: 0, maxEventAge: Duration.minutes(1) })],
    });

    const alarm = (name: string, alarmDescription: string, metricName: string) =>
      new Alarm(this, name, {
        alarmName: physicalName(stage, name),
        alarmDescription,
        metric: new Metric({
          namespace: 'Pregon',
          metricName,
          dimensionsMap: { service: 'notify-worker' },
          statistic: 'Sum',
          period: Duration.minutes(1),
        }),
        threshold: 1,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
    alarm('notify-key-refused', 'The notification provider refuses our key: see its secret', 'AccountStopped');
    alarm('notify-throttled', 'The notification provider takes less than NotifyLimit', 'Throttled');
    alarm('requests-failed', 'Notification requests have failed for good', 'Rejected');
  }
}
