import { Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { campaignArns } from './arns.ts';
import { type Grant, ProductFunction, type ProductFunctionProps, seconds } from './product-function.ts';
import { CONSUMER_TIMEOUT, type Lane } from './queues.ts';
import type { Settings } from './settings.ts';
import type { Stage } from './stages.ts';

export interface FunctionsProps {
  stage: Stage;
  table: Table;
  bucket: Bucket;
  apiKey: Secret;
  send: Lane;
  settings: Settings;
}

/** Every Lambda of the product with the rights it uses. */
export class Functions extends Construct {
  readonly upload: ProductFunction;
  readonly campaigns: ProductFunction;
  readonly rate: ProductFunction;
  readonly graphql: ProductFunction;
  readonly pages: ProductFunction;
  readonly authorizer: ProductFunction;
  readonly sendWorker: ProductFunction;
  readonly settle: ProductFunction;
  readonly recordOutcome: ProductFunction;

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    const { stage, settings } = props;
    const stack = Stack.of(this);
    const campaign = campaignArns(this, stage);

    const table = (...actions: string[]): Grant => ({
      actions: actions.map((action) => `dynamodb:${action}`),
      resources: [props.table.tableArn],
    });
    const indexes: Grant = { actions: ['dynamodb:Query'], resources: [`${props.table.tableArn}/index/*`] };
    const objects = (...actions: string[]): Grant => ({
      actions: actions.map((action) => `s3:${action}`),
      resources: [props.bucket.arnForObjects('campaigns/*')],
    });
    const states = (resources: string[], ...actions: string[]): Grant => ({
      actions: actions.map((action) => `states:${action}`),
      resources,
    });
    // GetAccount takes no resource ARN.
    const sesAccount: Grant = { actions: ['ses:GetAccount'], resources: ['*'] };

    const ledger = { SENDS_TABLE: props.table.tableName };
    const workflow = { CAMPAIGN_STATE_MACHINE_ARN: campaign.stateMachine };
    const bucket = { BUCKET: props.bucket.bucketName };
    const rate = { SEND_RATE: settings.sendRate, SEND_HEADROOM: settings.sendHeadroom };
    const lambda = (functionId: string, rest: Omit<ProductFunctionProps, 'stage'>) =>
      new ProductFunction(this, functionId, {
        stage,
        ...rest,
        environment: { LOG_LEVEL: settings.logLevel, ...rest.environment },
      });

    this.upload = lambda('Upload', {
      name: 'upload',
      description: 'POST /upload: reads the CSV, writes its objects and its record, starts the campaign',
      timeout: seconds(29),
      memory: 1024,
      environment: { ...ledger, ...bucket, ...workflow, ...rate, SEND_TIMEOUT_SECONDS: settings.sendTimeoutSeconds },
      grants: [
        table('GetItem', 'PutItem', 'UpdateItem'),
        objects('PutObject', 'DeleteObject', 'AbortMultipartUpload'),
        states([campaign.stateMachine], 'StartExecution'),
        states([campaign.executions], 'DescribeExecution'),
        sesAccount,
      ],
    });

    this.campaigns = lambda('Campaigns', {
      name: 'campaigns',
      description: 'GET /campaigns and what operators do with one: redrive, stop, reports',
      timeout: seconds(29),
      memory: 512,
      environment: { ...ledger, ...bucket, ...workflow },
      grants: [
        table('GetItem', 'BatchGetItem', 'Query', 'UpdateItem'),
        indexes,
        objects('GetObject', 'PutObject', 'AbortMultipartUpload'),
        states([campaign.executions], 'DescribeExecution', 'RedriveExecution', 'StopExecution'),
      ],
    });

    this.rate = lambda('Rate', {
      name: 'rate',
      description: 'GET and PUT /rate: the limiter, and the concurrency of running Map Runs',
      timeout: seconds(29),
      memory: 256,
      environment: { ...ledger, ...workflow, ...rate },
      grants: [
        table('GetItem', 'BatchGetItem', 'Query', 'UpdateItem'),
        indexes,
        sesAccount,
        states([campaign.executions], 'ListMapRuns'),
        states([campaign.mapRuns], 'UpdateMapRun', 'DescribeMapRun'),
      ],
    });

    this.graphql = lambda('Graphql', {
      name: 'graphql',
      description: 'POST /graphql: what happened to each email',
      timeout: seconds(29),
      memory: 512,
      environment: { ...ledger, ...workflow, INTROSPECTION: String(stage.introspection) },
      grants: [
        table('GetItem', 'BatchGetItem', 'Query', 'UpdateItem'),
        indexes,
        states([campaign.executions], 'DescribeExecution', 'RedriveExecution', 'StopExecution'),
      ],
    });

    this.pages = lambda('Pages', {
      name: 'pages',
      description: 'Health, OpenAPI, Swagger UI, GraphiQL and the console: static, without a key',
      timeout: seconds(10),
      memory: 256,
      environment: {},
      grants: [],
    });

    this.authorizer = lambda('Authorizer', {
      name: 'authorizer',
      description: 'Checks the bearer key of the HTTP API',
      timeout: seconds(5),
      memory: 256,
      environment: { API_KEY_SECRET_ARN: props.apiKey.secretArn },
      grants: [{ actions: ['secretsmanager:GetSecretValue'], resources: [props.apiKey.secretArn] }],
    });

    this.sendWorker = lambda('SendWorker', {
      name: 'send-worker',
      description: 'Reserve, check, claim, send, record: one email per message, at the allowed rate',
      timeout: CONSUMER_TIMEOUT,
      memory: 512,
      environment: {
        ...ledger,
        ...workflow,
        ...rate,
        SEND_QUEUE_URL: props.send.queue.queueUrl,
        SENDER_ADDRESS: settings.senderAddress,
      },
      grants: [
        table('GetItem', 'BatchGetItem', 'UpdateItem'),
        {
          actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:SendMessage'],
          resources: [props.send.queue.queueArn],
        },
        {
          actions: ['ses:SendEmail'],
          resources: [stack.formatArn({ service: 'ses', resource: 'identity', resourceName: settings.senderIdentity })],
        },
        sesAccount,
        states([campaign.stateMachine], 'SendTaskSuccess', 'SendTaskFailure', 'SendTaskHeartbeat'),
        states([campaign.executions], 'DescribeExecution'),
      ],
    });
    new CfnEventSourceMapping(this, 'SendMessages', {
      functionName: this.sendWorker.function.functionName,
      eventSourceArn: props.send.queue.queueArn,
      batchSize: 10,
      scalingConfig: { maximumConcurrency: stage.sendConcurrency },
      functionResponseTypes: ['ReportBatchItemFailures'],
    });

    this.settle = lambda('Settle', {
      name: 'settle',
      description: 'The last state of a campaign: waits out leases, counts, prepares what a redrive sends again',
      timeout: seconds(900),
      memory: 1024,
      environment: { ...ledger, ...bucket },
      grants: [
        table('GetItem', 'Query', 'UpdateItem'),
        objects('GetObject', 'PutObject'),
        // Without it S3 answers AccessDenied for an object that is not there.
        { actions: ['s3:ListBucket'], resources: [props.bucket.bucketArn] },
      ],
    });

    this.recordOutcome = lambda('RecordOutcome', {
      name: 'record-outcome',
      description: 'Writes how an execution ended to its campaign',
      timeout: seconds(300),
      memory: 512,
      environment: { ...ledger, ...workflow },
      grants: [table('GetItem', 'Query', 'UpdateItem'), states([campaign.executions], 'DescribeExecution')],
    });
  }
}
