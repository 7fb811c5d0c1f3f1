import { Duration, RemovalPolicy, SecretValue, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { EmailSettings } from './email-settings.ts';
import { type Grant, ProductFunction, seconds } from './product-function.ts';
import { CONSUMER_TIMEOUT, Lane } from './queues.ts';
import type { Settings } from './settings.ts';
import { physicalName, type Stage } from './stages.ts';

export interface EmailProps {
  stage: Stage;
  table: Table;
  settings: Settings;
}

/** Transactional email: its lane, its routes' function, the worker with its providers, the sweep. */
export class Email extends Construct {
  readonly lane: Lane;
  /** `POST /emails/send` and `GET /emails/{id}`. */
  readonly emails: ProductFunction;

  constructor(scope: Construct, id: string, { stage, table, settings }: EmailProps) {
    super(scope, id);
    this.lane = new Lane(this, 'Email', stage, 'email');
    const own = new EmailSettings(this, 'Settings');
    const keys = new Secret(this, 'Keys', {
      secretName: `pregon-${stage.name}/email-providers`,
      description:
        'API keys of Mailgun and SendGrid, and the SMTP URL: filled in by the operator, empty where not used',
      secretObjectValue: {
        mailgun: SecretValue.unsafePlainText(''),
        sendgrid: SecretValue.unsafePlainText(''),
        smtp: SecretValue.unsafePlainText(''),
      },
      removalPolicy: RemovalPolicy.DESTROY,
    });

    const { queue } = this.lane;
    const environment = {
      SENDS_TABLE: table.tableName,
      EMAIL_QUEUE_URL: queue.queueUrl,
      LOG_LEVEL: settings.logLevel,
    };
    const inTable = (...actions: string[]): Grant => ({
      actions: actions.map((action) => `dynamodb:${action}`),
      resources: [table.tableArn],
    });
    const onQueue = (...actions: string[]): Grant => ({
      actions: actions.map((action) => `sqs:${action}`),
      resources: [queue.queueArn],
    });

    this.emails = new ProductFunction(this, 'Emails', {
      stage,
      name: 'emails',
      description: 'POST /emails/send and GET /emails/{id}: accepts transactional email and tells how it stands',
      timeout: seconds(10),
      memory: 512,
      environment: { ...environment, ALLOWED_SENDERS: own.allowedSenders },
      grants: [inTable('GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'), onQueue('SendMessage')],
    });

    const worker = new ProductFunction(this, 'Worker', {
      stage,
      name: 'email-worker',
      description: 'Reserve, claim, send, record: one email per message; a failure goes on to the next provider',
      timeout: CONSUMER_TIMEOUT,
      memory: 512,
      environment: {
        ...environment,
        SEND_RATE: settings.sendRate,
        SEND_HEADROOM: settings.sendHeadroom,
        EMAIL_PROVIDERS: own.providers,
        EMAIL_RATES: own.rates,
        EMAIL_KEYS_SECRET_ARN: keys.secretArn,
        MAILGUN_BASE_URL: own.mailgunBaseUrl,
        MAILGUN_DOMAIN: own.mailgunDomain,
        SENDGRID_BASE_URL: own.sendgridBaseUrl,
      },
      grants: [
        inTable('GetItem', 'PutItem', 'UpdateItem'),
        onQueue('ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes', 'SendMessage'),
        { actions: ['secretsmanager:GetSecretValue'], resources: [keys.secretArn] },
        // Who may stand in From is AllowedSenders; SES itself refuses an identity that is not verified.
        {
          actions: ['ses:SendEmail'],
          resources: [Stack.of(this).formatArn({ service: 'ses', resource: 'identity', resourceName: '*' })],
        },
        // GetAccount takes no resource ARN.
        { actions: ['ses:GetAccount'], resources: ['*'] },
      ],
    });
    new CfnEventSourceMapping(this, 'Messages', {
      functionName: worker.function.functionName,
      eventSourceArn: queue.queueArn,
      batchSize: 10,
      scalingConfig: { maximumConcurrency: stage.sendConcurrency },
      functionResponseTypes: ['ReportBatchItemFailures'],
    });

    const sweep = new ProductFunction(this, 'Sweep', {
      stage,
      name: 'email-sweep',
      description: 'Every minute: makes what a crash left out, takes up again what failed',
      timeout: seconds(55),
      memory: 256,
      environment,
      grants: [
        inTable('GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'),
        { actions: ['dynamodb:Query'], resources: [`${table.tableArn}/index/byStatus`] },
        onQueue('SendMessage'),
      ],
    });
    new Rule(this, 'EveryMinute', {
      ruleName: physicalName(stage, 'email-sweep'),
      description: 'The sweep of transactional email',
      schedule: Schedule.rate(Duration.minutes(1)),
      // The next minute's run does what a lost one would have.
      targets: [new LambdaFunction(sweep.function, { retryAttempts: 0, maxEventAge: Duration.minutes(1) })],
    });

    new Alarm(this, 'Fallback', {
      alarmName: physicalName(stage, 'provider-fallback'),
      alarmDescription: 'The first email provider fails: another one takes its emails',
      metric: new Metric({
        namespace: 'Pregon',
        metricName: 'ProviderFallback',
        dimensionsMap: { service: 'email-worker' },
        statistic: 'Sum',
        period: Duration.minutes(1),
      }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
