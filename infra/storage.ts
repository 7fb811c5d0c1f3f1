import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { physicalName, type Stage } from './stages.ts';

const text = (name: string) => ({ name, type: AttributeType.STRING });

/** What lists of sends show; never the content. */
const LISTED = [
  'batchId',
  'campaignId',
  'rowNumber',
  'email',
  'subject',
  'status',
  'channel',
  'attempts',
  'provider',
  'messageId',
  'error',
  'createdAt',
  'updatedAt',
  'lastAttemptAt',
];

/** The ledger, the campaigns' objects and the API key. */
export class Storage extends Construct {
  readonly table: Table;
  readonly bucket: Bucket;
  readonly apiKey: Secret;

  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id);
    const removalPolicy = stage.retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;

    this.table = new Table(this, 'Sends', {
      tableName: physicalName(stage, 'sends'),
      partitionKey: text('pk'),
      sortKey: text('sk'),
      billingMode: BillingMode.PAY_PER_REQUEST,
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: stage.retainData },
      removalPolicy,
    });
    this.table.addGlobalSecondaryIndex({
      indexName: 'byStatus',
      partitionKey: text('statusKey'),
      sortKey: text('createdKey'),
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: LISTED,
    });
    this.table.addGlobalSecondaryIndex({
      indexName: 'byAddress',
      partitionKey: text('address'),
      sortKey: text('createdKey'),
      projectionType: ProjectionType.KEYS_ONLY,
    });

    this.bucket = new Bucket(this, 'Campaigns', {
      bucketName: `${physicalName(stage, 'campaigns')}-${Stack.of(this).account}`,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: Duration.days(1), expiration: Duration.days(400) }],
      removalPolicy,
    });

    this.apiKey = new Secret(this, 'ApiKey', {
      secretName: `pregon-${stage.name}/api-key`,
      description: 'The API key that clients send as a bearer token',
      generateSecretString: { excludePunctuation: true, passwordLength: 40 },
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}
