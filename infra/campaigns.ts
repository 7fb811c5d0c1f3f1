import { Aws, CfnCondition, Duration, Fn, Stack, Token } from 'aws-cdk-lib';
import { EventField, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { BlockPublicAccess, Bucket, BucketEncryption, type CfnBucket, HttpMethods } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { OBJECTS_PREFIX, RESULTS_PREFIX } from '../core/campaigns/campaign.ts';
import { CONTROL_INDEX } from '../core/ledger/keys.ts';
import { UPLOADS_PREFIX } from '../core/uploads/upload.ts';
import type { Consent } from './consent.ts';
import { type Access, allow } from './constructs/access.ts';
import { parameter } from './constructs/parameter.ts';
import { MEMORY, ProductFunction } from './constructs/product-function.ts';
import { QueueWorker } from './constructs/queue-worker.ts';
import { ruleToQueue } from './constructs/rule-to-queue.ts';
import { Sweep } from './constructs/sweep.ts';
import type { Foundation } from './foundation.ts';
import { physicalName } from './stages.ts';
import { CampaignArns, Workflow } from './workflow.ts';

/** A campaign's files: a schedule of 330 days, the 14 days of its redrive, and time to look at what was sent. */
const KEPT_DAYS = 400;
/** Files that nobody ingested; an ingest removes its own. */
const UPLOADS_DAYS = 7;
/** The most that Lambda allows. */
const INGEST_SECONDS = 900;
/** Files that are ingested at once; the others wait in the queue. */
const INGEST_CONCURRENCY = 5;
/** What Distributed Maps write about their children, contents and addresses included. A redrive, which may come for 14 days, reads it. */
const RESULTS_DAYS = 30;

/** Campaigns: upload, workflow, sending and settling, and the routes that show and operate them. */
export class Campaigns extends Construct {
  readonly bucket: Bucket;
  readonly sending: QueueWorker;
  readonly ingest: QueueWorker;
  readonly settle: ProductFunction;
  readonly workflow: Workflow;
  readonly recordOutcome: ProductFunction;
  readonly sweep: Sweep;
  readonly arns: CampaignArns;
  /** The functions that count the rows of a campaign whose end they find. */
  readonly counting: readonly ProductFunction[];

  constructor(scope: Construct, id: string, shared: Foundation, { links, footer }: Pick<Consent, 'links' | 'footer'>) {
    super(scope, id);
    const { stage, table, control, sendRate } = shared;
    const { account, region } = Stack.of(this);

    this.bucket = new Bucket(this, 'Objects', {
      // Names of buckets are unique in the world, and a stage may be in two Regions of an account.
      bucketName: [physicalName(stage, 'campaigns'), account, region].join('-'),
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      lifecycleRules: [
        { abortIncompleteMultipartUploadAfter: Duration.days(1), expiration: Duration.days(KEPT_DAYS) },
        { prefix: RESULTS_PREFIX, expiration: Duration.days(RESULTS_DAYS) },
        { prefix: UPLOADS_PREFIX, expiration: Duration.days(UPLOADS_DAYS) },
      ],
      removalPolicy: shared.dataRemoval,
    });
    // The property `eventBridgeEnabled` of CDK would add a custom resource.
    (this.bucket.node.defaultChild as CfnBucket).notificationConfiguration = {
      eventBridgeConfiguration: { eventBridgeEnabled: true },
    };
    const objectsArn = this.bucket.arnForObjects(`${OBJECTS_PREFIX}*`);
    const objects = (...actions: string[]): Access => ({
      environment: { BUCKET: this.bucket.bucketName },
      statements: [allow('s3', actions, objectsArn)],
    });
    const uploads = (...actions: string[]): Access => ({
      environment: { BUCKET: this.bucket.bucketName },
      statements: [allow('s3', actions, this.bucket.arnForObjects(`${UPLOADS_PREFIX}*`))],
    });
    // Without it S3 answers AccessDenied for an object that does not exist.
    const missingObjects: Access = { statements: [allow('s3', ['ListBucket'], this.bucket.bucketArn)] };
    const arns = new CampaignArns(this, stage);
    this.arns = arns;
    const operate = arns.access({ executions: ['DescribeExecution', 'RedriveExecution', 'StopExecution'] });

    const sendTimeout = {
      SEND_TIMEOUT_SECONDS: parameter(this, 'SendTimeoutSeconds', {
        type: 'Number',
        description: 'How long a row may wait for its worker before it is taken as lost',
        default: 3600,
        minValue: stage.leastSendTimeoutSeconds,
      }),
    };
    const upload = new ProductFunction(this, 'Upload', shared, {
      name: 'upload',
      description:
        'POST /upload: reads the CSV, writes its objects and its record, starts the campaign; and its preflight',
      routes: ['POST /upload', 'POST /campaigns/upload', 'POST /campaigns/preflight'],
      memory: MEMORY.files,
      environment: sendTimeout,
      access: [
        table.access(['GetItem', 'PutItem', 'UpdateItem', 'Query'], 'byStatus'),
        control.access(['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem']),
        objects('PutObject', 'DeleteObject'),
        arns.access({ stateMachine: ['StartExecution'], executions: ['DescribeExecution'] }),
        // The test mails of a preflight.
        shared.sendEmail(),
        { environment: { ...shared.sender, ...footer }, statements: [] },
      ],
    });

    new ProductFunction(this, 'Uploads', shared, {
      name: 'uploads',
      description: 'POST /uploads: signs the address to which a client sends a large file, and shows its state',
      routes: ['POST /uploads', 'GET /uploads/{uploadId}'],
      memory: MEMORY.requests,
      // The PUT of the client has the rights of this function.
      access: [control.access(['GetItem', 'PutItem']), uploads('PutObject')],
    });

    this.ingest = new QueueWorker(this, 'Ingest', shared, {
      queueName: 'ingest',
      urlVariable: 'INGEST_QUEUE_URL',
      name: 'ingest',
      description:
        'Started by the arrival of a large file: turns it into a campaign. Writes reports that are too long for a request',
      batchSize: 1,
      maximumConcurrency: shared.concurrency(INGEST_CONCURRENCY),
      timeoutSeconds: INGEST_SECONDS,
      // For its CPU: see docs/decisions/0044-uploads.md.
      memory: MEMORY.wholeCpu,
      putsMessagesBack: false,
      environment: sendTimeout,
      access: [
        table.access(['PutItem', 'Query'], 'byStatus'),
        control.access(['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem']),
        uploads('GetObject', 'DeleteObject'),
        missingObjects,
        objects('GetObject', 'PutObject', 'DeleteObject'),
        arns.access({ stateMachine: ['StartExecution'] }),
        sendRate,
      ],
    });
    const arrival = new Rule(this, 'Arrival', {
      ruleName: physicalName(stage, 'upload-arrived'),
      description: 'Files of uploads that arrived in the bucket',
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: { bucket: { name: [this.bucket.bucketName] }, object: { key: [{ prefix: UPLOADS_PREFIX }] } },
      },
    });
    ruleToQueue(
      arrival,
      this.ingest.queue,
      RuleTargetInput.fromObject({ key: EventField.fromPath('$.detail.object.key') }),
    );

    const reads = new ProductFunction(this, 'Campaigns', shared, {
      name: 'campaigns',
      description: 'Lists campaigns, shows one with its reports, starts, redrives and stops it',
      routes: [
        'GET /campaigns',
        'GET /campaigns/{batchId}',
        'POST /campaigns/{batchId}/redrive',
        'POST /campaigns/{batchId}/start',
        'POST /campaigns/{batchId}/stop',
        'GET /campaigns/{batchId}/sends',
        'GET /campaigns/{batchId}/skipped.csv',
        'GET /campaigns/{batchId}/sends.csv',
        'GET /campaigns/{batchId}/failed.csv',
      ],
      memory: MEMORY.requests,
      access: [
        table.access(['GetItem', 'BatchGetItem', 'Query', 'UpdateItem'], 'byStatus', 'byAddress'),
        control.access(['GetItem', 'BatchGetItem', 'Query', 'UpdateItem'], CONTROL_INDEX),
        objects('GetObject'),
        operate,
        arns.access({ stateMachine: ['StartExecution'] }),
        this.ingest.access(['SendMessage']),
      ],
    });

    new ProductFunction(this, 'Rate', shared, {
      name: 'rate',
      description: 'GET and PUT /rate: the limiter, and the concurrency of running Map Runs',
      routes: ['GET /rate', 'PUT /rate'],
      memory: MEMORY.requests,
      access: [
        control.access(['GetItem', 'BatchGetItem', 'UpdateItem'], CONTROL_INDEX),
        arns.access({ executions: ['ListMapRuns'], mapRuns: ['UpdateMapRun'] }),
        sendRate,
      ],
    });

    const graphql = new ProductFunction(this, 'Graphql', shared, {
      name: 'graphql',
      description: 'POST /graphql: campaigns, and what happened to each email',
      routes: ['POST /graphql'],
      memory: MEMORY.requests,
      environment: { INTROSPECTION: String(stage.introspection) },
      access: [
        table.access(['GetItem', 'BatchGetItem', 'Query', 'UpdateItem'], 'byStatus', 'byAddress'),
        control.access(['GetItem', 'BatchGetItem', 'UpdateItem'], CONTROL_INDEX),
        operate,
      ],
    });

    const sendConcurrency = shared.concurrency(stage.sendConcurrency);
    this.sending = new QueueWorker(this, 'Send', shared, {
      queueName: 'send',
      urlVariable: 'SEND_QUEUE_URL',
      // Of up to 25 rows each: more would not fit the function's time at a usual rate.
      batchSize: 5,
      maximumConcurrency: sendConcurrency,
      name: 'send-worker',
      description: 'Reserve, check, claim, send, record: the rows of each message, at the allowed rate',
      memory: MEMORY.wholeCpu,
      environment: { ...shared.sender, SEND_CONCURRENCY: Token.asString(sendConcurrency) },
      access: [
        table.access(['GetItem', 'BatchGetItem', 'UpdateItem', 'PartiQLUpdate']),
        control.access(['GetItem', 'BatchGetItem', 'UpdateItem']),
        shared.sendEmail(),
        links,
        arns.access({ executions: ['DescribeExecution'] }),
        // These take no resource: the token says which task it answers. A child of a Map Run has another ARN than its state machine.
        // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html
        { statements: [allow('states', ['SendTaskSuccess', 'SendTaskFailure', 'SendTaskHeartbeat'], '*')] },
      ],
    });

    this.#reserveConcurrency();

    this.settle = new ProductFunction(this, 'Settle', shared, {
      name: 'settle',
      description: 'The last state of a campaign: waits for leases to end, counts, prepares what a redrive sends again',
      timeoutSeconds: 900,
      memory: MEMORY.files,
      access: [
        table.access(['GetItem', 'Query', 'UpdateItem', 'PartiQLUpdate']),
        control.access(['GetItem', 'UpdateItem']),
        objects('GetObject', 'PutObject'),
        missingObjects,
      ],
    });

    this.workflow = new Workflow(this, 'Workflow', {
      stage,
      arns,
      table,
      control,
      objectsArn,
      resultsArn: this.bucket.arnForObjects(`${RESULTS_PREFIX}*`),
      sendQueue: this.sending.queue,
      settle: this.settle,
    });

    this.sweep = new Sweep(this, 'Sweep', shared, {
      name: 'campaigns-sweep',
      description: 'Every minute: continues campaigns that the daily quota stopped, and uploads whose event was lost',
      access: [
        table.access(['GetItem', 'Query', 'UpdateItem'], 'byStatus'),
        control.access(['GetItem', 'BatchGetItem', 'UpdateItem', 'DeleteItem'], CONTROL_INDEX),
        arns.access({
          executions: ['DescribeExecution', 'RedriveExecution', 'ListMapRuns'],
          mapRuns: ['UpdateMapRun'],
        }),
        uploads('GetObject'),
        missingObjects,
        this.ingest.access(['SendMessage']),
        shared.sesAccount,
      ],
    });

    this.recordOutcome = new ProductFunction(this, 'RecordOutcome', shared, {
      name: 'record-outcome',
      description: 'Writes how an execution ended to its campaign, tells other systems, and shares the rate anew',
      timeoutSeconds: 300,
      // It counts campaigns that ended without Settle: see docs/capacity.md.
      memory: MEMORY.files,
      access: [
        table.access(['GetItem', 'Query', 'UpdateItem']),
        control.access(['GetItem', 'BatchGetItem', 'UpdateItem'], CONTROL_INDEX),
        arns.access({ executions: ['DescribeExecution', 'ListMapRuns'], mapRuns: ['UpdateMapRun'] }),
        shared.publishEvents,
      ],
    });
    this.counting = [this.settle, this.recordOutcome, this.sweep, upload, reads, graphql];
    // Also where no state of the workflow ran after the end. Child executions have other ARNs and do not match.
    new Rule(this, 'StatusChange', {
      ruleName: physicalName(stage, 'campaign-status'),
      description: 'Execution status changes of campaigns',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [arns.stateMachine] },
      },
      targets: [new LambdaFunction(this.recordOutcome, { retryAttempts: 20, maxEventAge: Duration.hours(2) })],
    });
  }

  /** Lets the pages of this origin send files to the addresses of uploads, and read reports. */
  acceptPagesOf(origin: string): void {
    this.bucket.addCorsRule({
      allowedOrigins: [origin],
      allowedMethods: [HttpMethods.PUT, HttpMethods.GET],
      allowedHeaders: ['content-type', 'x-amz-checksum-sha256'],
      maxAge: 3600,
    });
  }

  /** Empty by default, because an account of 10 executions may reserve none. */
  #reserveConcurrency(): void {
    const reserved = parameter(this, 'SendReservedConcurrency', {
      description: 'Executions reserved for the send worker, no fewer than its maximum concurrency; empty: none',
      default: '',
      allowedPattern: '[0-9]*',
    });
    const isGiven = new CfnCondition(this, 'SendReserves', {
      expression: Fn.conditionNot(Fn.conditionEquals(reserved, '')),
    });
    const worker = this.sending.function.node.defaultChild as CfnFunction;
    worker.reservedConcurrentExecutions = Token.asNumber(Fn.conditionIf(isGiven.logicalId, reserved, Aws.NO_VALUE));
  }
}
