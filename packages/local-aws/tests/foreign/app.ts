/**
 * A CDK app that does not depend on this repository: `node app.ts OUTDIR` synthesizes it. Files that arrive in a bucket
 * are imported row by row; an HTTP API, a queue, a rule and a schedule call functions. Some of its resources are not
 * emulated.
 */
import { join } from 'node:path';
import {
  App,
  CfnCondition,
  CfnMapping,
  CfnOutput,
  CfnParameter,
  Duration,
  Fn,
  RemovalPolicy,
  Stack,
} from 'aws-cdk-lib';
import { CorsHttpMethod, HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { LambdaFunction, SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import { Stream } from 'aws-cdk-lib/aws-kinesis';
import { Code, Function as Lambda, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke as ScheduledInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import {
  CsvHeaders,
  DefinitionBody,
  DistributedMap,
  Pass,
  QueryLanguage,
  S3CsvItemReader,
  StateMachine,
  Wait,
  WaitTime,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke, SqsSendMessage } from 'aws-cdk-lib/aws-stepfunctions-tasks';

/** Stores an item. Fails as long as a fault is stored for the item. */
const IMPORT_ROW = `
const { DynamoDBClient, GetItemCommand, PutItemCommand } = require('@aws-sdk/client-dynamodb');
const client = new DynamoDBClient();
const TableName = process.env.TABLE;

exports.handler = async ({ id, quantity }) => {
  const { Item } = await client.send(new GetItemCommand({ TableName, Key: { id: { S: 'fault#' + id } } }));
  if (Item) throw Object.assign(new Error(id + ' is out of order'), { name: 'OutOfOrder' });
  const item = { id: { S: id }, status: { S: 'IMPORTED' }, quantity: { N: quantity } };
  await client.send(new PutItemCommand({ TableName, Item: item }));
  return { id, quantity: Number(quantity) };
};
`;

const app = new App({ outdir: process.argv[2] ?? 'cdk.out' });
const stack = new Stack(app, 'Warehouse', {
  stackName: 'warehouse-test',
  env: { account: '123456789012', region: 'eu-west-1' },
});

const greeting = new CfnParameter(stack, 'Greeting');
const size = new CfnParameter(stack, 'Size', { default: 'small', allowedValues: ['small', 'large'] });
const limits = new CfnMapping(stack, 'Limits', { mapping: { small: { rows: '100' }, large: { rows: '1000' } } });
const isLarge = new CfnCondition(stack, 'IsLarge', { expression: Fn.conditionEquals(size.valueAsString, 'large') });

const items = new TableV2(stack, 'Items', {
  partitionKey: { name: 'id', type: AttributeType.STRING },
  globalSecondaryIndexes: [{ indexName: 'byStatus', partitionKey: { name: 'status', type: AttributeType.STRING } }],
  removalPolicy: RemovalPolicy.DESTROY,
});
const files = new Bucket(stack, 'Files', {
  eventBridgeEnabled: true,
  autoDeleteObjects: true,
  removalPolicy: RemovalPolicy.DESTROY,
});
const deadLetters = new Queue(stack, 'DeadLetters');
const jobs = new Queue(stack, 'Jobs', {
  visibilityTimeout: Duration.seconds(2),
  deadLetterQueue: { queue: deadLetters, maxReceiveCount: 2 },
});

const importRow = new Lambda(stack, 'ImportRow', {
  runtime: Runtime.NODEJS_22_X,
  handler: 'index.handler',
  code: Code.fromInline(IMPORT_ROW),
  environment: { TABLE: items.tableName },
});
const asset = (id: string, handler: string, environment: Record<string, string> = {}) =>
  new Lambda(stack, id, {
    runtime: Runtime.NODEJS_24_X,
    handler,
    code: Code.fromAsset(join(import.meta.dirname, 'code')),
    timeout: Duration.seconds(2),
    environment: { TABLE: items.tableName, ...environment },
  });
const api = asset('Api', 'api.handler', {
  QUEUE_URL: jobs.queueUrl,
  GREETING: greeting.valueAsString,
  ROWS: limits.findInMap(size.valueAsString, 'rows'),
  MODE: Fn.conditionIf(isLarge.logicalId, 'many', 'few').toString(),
  INVOICES: Fn.importValue('invoices'),
});
const consume = asset('Consume', 'consume.handler');
const record = asset('Record', 'record.handlers.store');
for (const worker of [importRow, api, consume, record]) items.grantReadWriteData(worker);
jobs.grantSendMessages(api);
consume.addEventSource(new SqsEventSource(jobs, { batchSize: 1 }));

const importRows = DistributedMap.jsonata(stack, 'ImportRows', {
  itemReader: new S3CsvItemReader({
    bucketNamePath: '{% $states.input.bucket %}',
    key: '{% $states.input.key %}',
    csvHeaders: CsvHeaders.useFirstRow(),
  }),
  maxConcurrency: 2,
});
importRows.itemProcessor(
  LambdaInvoke.jsonata(stack, 'ImportOneRow', {
    lambdaFunction: importRow,
    outputs: '{% $states.result.Payload %}',
  }),
);
const report = SqsSendMessage.jsonata(stack, 'Report', {
  queue: jobs,
  messageBody: {
    type: 1,
    value: '{% "imported " & $string($sum($states.input.quantity)) %}',
  },
  outputs: '{% { "rows": $count($states.input), "quantity": $sum($states.input.quantity) } %}',
});
const importFile = new StateMachine(stack, 'ImportFile', {
  definitionBody: DefinitionBody.fromChainable(importRows.next(report)),
  queryLanguage: QueryLanguage.JSONATA,
});
files.grantRead(importFile);

new Rule(stack, 'FileArrived', {
  eventPattern: {
    source: ['aws.s3'],
    detailType: ['Object Created'],
    detail: { bucket: { name: [files.bucketName] }, object: { key: [{ prefix: 'incoming/' }] } },
  },
  targets: [
    new SfnStateMachine(importFile, {
      input: RuleTargetInput.fromObject({
        bucket: EventField.fromPath('$.detail.bucket.name'),
        key: EventField.fromPath('$.detail.object.key'),
      }),
    }),
  ],
});
new Rule(stack, 'StockChanged', {
  eventPattern: { source: ['warehouse'], detailType: ['Stock changed'] },
  targets: [new LambdaFunction(record)],
});
new Schedule(stack, 'EveryMinute', {
  schedule: ScheduleExpression.cron({ minute: '*' }),
  target: new ScheduledInvoke(record, { input: ScheduleTargetInput.fromObject({ id: 'schedule' }) }),
});

const http = new HttpApi(stack, 'Http', {
  corsPreflight: { allowOrigins: ['https://shop.example'], allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.POST] },
});
const integration = new HttpLambdaIntegration('ApiIntegration', api);
http.addRoutes({ path: '/items/{id}', methods: [HttpMethod.GET], integration });
http.addRoutes({ path: '/jobs', methods: [HttpMethod.POST], integration });

// These resources are not emulated: they are named at the start, and the rest runs.
new Stream(stack, 'Clicks');
new Lambda(stack, 'Forecast', {
  runtime: Runtime.PYTHON_3_13,
  handler: 'index.handler',
  code: Code.fromInline('def handler(event, context):\n  return {}'),
});
new StateMachine(stack, 'Old', {
  definitionBody: DefinitionBody.fromChainable(
    new Pass(stack, 'Start').next(new Wait(stack, 'WaitAMinute', { time: WaitTime.duration(Duration.minutes(1)) })),
  ),
});

new CfnOutput(stack, 'Url', { value: http.url ?? '' });
new CfnOutput(stack, 'TableName', { value: items.tableName });
new CfnOutput(stack, 'BucketName', { value: files.bucketName });
new CfnOutput(stack, 'JobsUrl', { value: jobs.queueUrl });
new CfnOutput(stack, 'DeadLettersUrl', { value: deadLetters.queueUrl });
new CfnOutput(stack, 'StateMachineArn', { value: importFile.stateMachineArn });

new Queue(new Stack(app, 'Billing', { stackName: 'billing-test' }), 'Invoices');
app.synth();
