import { createHash } from 'node:crypto';
import { GENERATE_OPTIONS } from '../../secrets/generate.ts';
import { arnOf, nameOf, type ResourceType } from '../resource-type.ts';

const table: ResourceType = {
  nameProperty: 'TableName',
  identify(resource) {
    const name = nameOf(resource, 'TableName');
    const arn = arnOf(resource.naming, 'dynamodb', `table/${name}`);
    return { physicalId: name, arn, attributes: { Arn: arn, TableId: name } };
  },
  honoured: [
    'TableName',
    'KeySchema',
    'AttributeDefinitions',
    'GlobalSecondaryIndexes',
    'LocalSecondaryIndexes',
    'TimeToLiveSpecification',
  ],
  withoutMeaning: [
    'BillingMode',
    'ProvisionedThroughput',
    'OnDemandThroughput',
    'PointInTimeRecoverySpecification',
    'DeletionProtectionEnabled',
    'ContributorInsightsSpecification',
    'SSESpecification',
    'TableClass',
    'Tags',
    'WarmThroughput',
  ],
};

/** A table of CDK's TableV2. This machine is one Region, so that the table has no further replicas. */
const globalTable: ResourceType = {
  ...table,
  withoutMeaning: [
    ...table.withoutMeaning,
    'Replicas',
    'WriteOnDemandThroughputSettings',
    'WriteProvisionedThroughputSettings',
  ],
};

const bucket: ResourceType = {
  nameProperty: 'BucketName',
  identify(resource) {
    const name = nameOf(resource, 'BucketName').toLowerCase();
    const arn = `arn:${resource.naming.partition}:s3:::${name}`;
    const { region, urlSuffix } = resource.naming;
    return {
      physicalId: name,
      arn,
      attributes: {
        Arn: arn,
        DomainName: `${name}.s3.${urlSuffix}`,
        RegionalDomainName: `${name}.s3.${region}.${urlSuffix}`,
      },
    };
  },
  honoured: ['BucketName', 'NotificationConfiguration.EventBridgeConfiguration', 'CorsConfiguration'],
  // Objects live as long as the data directory, so a lifecycle rule has no day to act on.
  withoutMeaning: [
    'BucketEncryption',
    'LifecycleConfiguration',
    'OwnershipControls',
    'PublicAccessBlockConfiguration',
    'Tags',
  ],
};

const secret: ResourceType = {
  nameProperty: 'Name',
  identify(resource) {
    const name = nameOf(resource, 'Name');
    const suffix = createHash('sha256').update(name).digest('hex').slice(0, 6);
    const arn = arnOf(resource.naming, 'secretsmanager', `secret:${name}-${suffix}`);
    return { physicalId: arn, arn, ref: arn, attributes: { Id: arn } };
  },
  honoured: [
    'Name',
    'SecretString',
    'Description',
    ...GENERATE_OPTIONS.map((option) => `GenerateSecretString.${option}`),
  ],
  withoutMeaning: ['KmsKeyId', 'Tags'],
};

/** CDK sets a bucket's notifications by a custom resource; the bucket takes them from here. */
const bucketNotifications: ResourceType = {
  identify: ({ generatedName }) => ({ physicalId: generatedName }),
  honoured: ['BucketName', 'NotificationConfiguration.EventBridgeConfiguration'],
  withoutMeaning: ['ServiceToken', 'Managed', 'SkipDestinationValidation'],
};

/** Acts when the stack is deleted only; the data folder is deleted as a whole. */
const autoDeleteObjects: ResourceType = {
  identify: ({ generatedName }) => ({ physicalId: generatedName }),
  honoured: [],
  withoutMeaning: ['*'],
};

const policyOf = (target: string): ResourceType => ({
  identify: ({ generatedName }) => ({ physicalId: generatedName }),
  honoured: [target, 'PolicyDocument'],
  withoutMeaning: [],
});

export const storage: Record<string, ResourceType> = {
  'AWS::DynamoDB::Table': table,
  'AWS::DynamoDB::GlobalTable': globalTable,
  'AWS::S3::Bucket': bucket,
  'AWS::S3::BucketPolicy': policyOf('Bucket'),
  'Custom::S3BucketNotifications': bucketNotifications,
  'Custom::S3AutoDeleteObjects': autoDeleteObjects,
  'AWS::SecretsManager::Secret': secret,
  'AWS::SecretsManager::ResourcePolicy': policyOf('SecretId'),
};
