import { readFileSync } from 'node:fs';
import { campaignPrefix, OBJECTS_PREFIX, RESULTS_PREFIX } from '../../core/campaigns/campaign.ts';
import { UPLOADS_PREFIX } from '../../core/uploads/upload.ts';
import { evaluate, stateNamed } from './support.ts';

interface Resource {
  Type: string;
  Properties?: Record<string, unknown>;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
}

const { artifacts } = JSON.parse(readFileSync('cdk.out/manifest.json', 'utf8'));
const isProtected = (stage: Stage): unknown => artifacts[`pregon-${stage}`].properties.terminationProtection;
const resourcesOf = (stage: Stage): Resource[] =>
  Object.values(JSON.parse(readFileSync(`cdk.out/pregon-${stage}.template.json`, 'utf8')).Resources);
type Stage = 'dev' | 'prod';
const resources = { dev: resourcesOf('dev'), prod: resourcesOf('prod') };
const ofType = (stage: Stage, type: string) => resources[stage].filter(({ Type }) => Type === type);

/** What an operator or a client would miss. */
const DATA = ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::SecretsManager::Secret'];

describe('prod', () => {
  it.each(DATA)('keeps its %s when the stack is deleted, but not after a failed first deployment', (type) => {
    const kept = ofType('prod', type);

    expect(kept.length).toBeGreaterThan(0);
    for (const { DeletionPolicy, UpdateReplacePolicy } of kept) {
      expect({ DeletionPolicy, UpdateReplacePolicy }).toEqual({
        DeletionPolicy: 'RetainExceptOnCreate',
        UpdateReplacePolicy: 'Retain',
      });
    }
  });

  it('is protected from deletion, the stack and its tables', () => {
    expect(isProtected('prod')).toBe(true);
    for (const { Properties } of ofType('prod', 'AWS::DynamoDB::Table')) {
      expect(Properties).toMatchObject({
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      });
    }
  });
});

describe('dev', () => {
  it('is deleted with everything in it', () => {
    expect(isProtected('dev')).toBe(false);
    for (const { Type, DeletionPolicy = 'Delete', UpdateReplacePolicy = 'Delete' } of resources.dev) {
      expect({ Type, DeletionPolicy, UpdateReplacePolicy }).toEqual({
        Type,
        DeletionPolicy: 'Delete',
        UpdateReplacePolicy: 'Delete',
      });
    }
    for (const { Properties } of ofType('dev', 'AWS::DynamoDB::Table')) {
      expect(Properties?.DeletionProtectionEnabled).not.toBe(true);
    }
  });

  it('has no function that CloudFormation calls, whose log group would stay', () => {
    expect(resources.dev.filter(({ Type }) => Type.startsWith('Custom::') || Type.includes('CustomResource'))).toEqual(
      [],
    );
  });

  it('has a log group of its own for every function, which is deleted with it', () => {
    const functions = ofType('dev', 'AWS::Lambda::Function').map(({ Properties }) => Properties?.FunctionName);
    const groups = ofType('dev', 'AWS::Logs::LogGroup').map(({ Properties }) => Properties?.LogGroupName);

    expect(groups).toEqual(expect.arrayContaining(functions.map((name) => `/aws/lambda/${name}`)));
    // No function may create the group again after it was deleted.
    expect(JSON.stringify(ofType('dev', 'AWS::IAM::Role'))).not.toContain('logs:CreateLogGroup');
  });
});

describe.each(['dev', 'prod'] as const)('the data of %s', (stage) => {
  it('has a bucket whose name nobody else has, in another account or Region', () => {
    const [bucket] = ofType(stage, 'AWS::S3::Bucket');

    expect(bucket?.Properties?.BucketName).toEqual({
      'Fn::Join': ['', [`pregon-${stage}-campaigns-`, { Ref: 'AWS::AccountId' }, '-', { Ref: 'AWS::Region' }]],
    });
  });

  it('has files that expire: parts after a day, files that nobody ingested after a week, what Maps write after a month', () => {
    const [bucket] = ofType(stage, 'AWS::S3::Bucket');

    expect(bucket?.Properties?.LifecycleConfiguration).toEqual({
      Rules: [
        { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, ExpirationInDays: 400, Status: 'Enabled' },
        { ExpirationInDays: 30, Prefix: RESULTS_PREFIX, Status: 'Enabled' },
        { ExpirationInDays: 7, Prefix: UPLOADS_PREFIX, Status: 'Enabled' },
      ],
    });
  });

  it('has tables that delete expired items', () => {
    for (const { Properties } of ofType(stage, 'AWS::DynamoDB::Table')) {
      expect(Properties?.TimeToLiveSpecification).toEqual({ AttributeName: 'expiresAt', Enabled: true });
    }
  });

  // CloudFormation generates a value only when it creates the secret.
  it('has secrets without a value in the template, so that no deployment overwrites what operators set', () => {
    const secrets = ofType(stage, 'AWS::SecretsManager::Secret');

    expect(secrets.map(({ Properties }) => Properties?.Name).sort()).toEqual(
      ['api-keys', 'email-providers', 'notify-key', 'unsubscribe-keys'].map((name) => `pregon-${stage}/${name}`),
    );
    for (const { Properties } of secrets) {
      const { GenerateSecretString, ...rest } = Properties ?? {};
      expect(Object.keys(rest).sort()).toEqual(['Description', 'Name']);
      expect(GenerateSecretString !== undefined).toBe(Properties?.Name === `pregon-${stage}/unsubscribe-keys`);
    }
  });
});

it.each(['RegisterRows', 'SendRows'])('%s writes about its children where the lifecycle rule finds it', async (map) => {
  const input = { prefix: campaignPrefix('b1', 'u1'), bucket: 'b' };
  const { Arguments } = stateNamed(map).ResultWriter as { Arguments: { Prefix: string } };
  const prefix = await evaluate(Arguments.Prefix, { input, context: { Execution: { Input: input } } });

  expect(prefix).toMatch(new RegExp(`^${RESULTS_PREFIX}${OBJECTS_PREFIX}b1/u1/(register|send)$`));
});
