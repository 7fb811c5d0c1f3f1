import { OPERATION_NAMES as DYNAMODB } from '../../src/dynamodb/operations/operate.ts';
import { OPERATIONS as EVENTS } from '../../src/events/protocol.ts';
import type { AwsRequest } from '../../src/gateway/types.ts';
import { ACCESS_OF } from '../../src/iam/access/index.ts';
import type { Names } from '../../src/iam/names.ts';
import { OPERATIONS as LAMBDA } from '../../src/lambda/protocol.ts';
import { OPERATIONS as S3 } from '../../src/s3/operations/operations.ts';
import { OPERATIONS as SECRETS } from '../../src/secrets/operations.ts';
import { OPERATIONS as SES } from '../../src/ses/ses.ts';
import { sqsOperations } from '../../src/sqs/operations/operations.ts';
import { loadFaux } from '../../src/sqs/state/fauxqs.ts';
import { OPERATIONS as STATES } from '../../src/stepfunctions/operations/operations.ts';
import { OPERATIONS as STS } from '../../src/sts/sts.ts';

const IDENTITIES = ['shop.example', 'ana@shop.example', 'bob@home.example'];
const names: Names = {
  arn: (service, path) => `arn:aws:${service}:us-east-1:000000000000:${path}`,
  secretArn: (id) => (id.startsWith('arn:') ? id : `arn:aws:secretsmanager:us-east-1:000000000000:secret:${id}-abcdef`),
  identityOf: (address) => [address, address.split('@')[1] ?? ''].find((name) => IDENTITIES.includes(name)),
};

type Given = Partial<Pick<AwsRequest, 'path' | 'headers'>> & { query?: string };

/** `action resource` of each access. */
function accesses(
  service: string,
  operation: string,
  body: object = {},
  { path = '/', headers = {}, query = '' }: Given = {},
) {
  const request = {
    service,
    operation,
    path,
    headers,
    query: new URLSearchParams(query),
    body: Buffer.from(JSON.stringify(body)),
  } as AwsRequest;
  return ACCESS_OF.get(service)?.(request, names);
}
const namesOf = (...given: Parameters<typeof accesses>) =>
  accesses(...given)?.map(
    ({ action, resource }) => `${action} ${resource.replace(/^arn:aws:\w+:us-east-1:000000000000:/, '')}`,
  );

const INVOKE = { path: '/2015-03-31/functions/f/invocations' };

describe('every operation here has its permissions', () => {
  it.each<[string, () => Iterable<string> | Promise<Iterable<string>>]>([
    ['dynamodb', () => DYNAMODB],
    ['events', () => EVENTS.keys()],
    ['lambda', () => LAMBDA],
    ['s3', () => S3.keys()],
    ['secretsmanager', () => Object.keys(SECRETS)],
    ['ses', () => SES.keys()],
    ['states', () => [...STATES.keys()].filter((name) => !name.startsWith('Local'))],
    ['sts', () => STS],
    [
      'sqs',
      async () => {
        const faux = await loadFaux();
        const operations = sqsOperations(faux, new faux.Store());
        operations.close();
        return operations.names;
      },
    ],
  ])('%s', async (service, operations) => {
    const unknown = [...(await operations())].filter(
      (operation) => accesses(service, operation, {}, service === 'lambda' ? INVOKE : {}) === undefined,
    );
    expect(unknown).toEqual([]);
  });
});

describe('the actions and resources of an operation', () => {
  it.each<[Parameters<typeof accesses>, string[]]>([
    [['dynamodb', 'GetItem', { TableName: 't' }], ['dynamodb:GetItem table/t']],
    [['dynamodb', 'Query', { TableName: 't' }], ['dynamodb:Query table/t']],
    [['dynamodb', 'Query', { TableName: 't', IndexName: 'i' }], ['dynamodb:Query table/t/index/i']],
    [
      ['dynamodb', 'BatchGetItem', { RequestItems: { a: {}, b: {} } }],
      ['dynamodb:BatchGetItem table/a', 'dynamodb:BatchGetItem table/b'],
    ],
    [
      [
        'dynamodb',
        'TransactWriteItems',
        {
          TransactItems: [
            { Put: { TableName: 'a' } },
            { ConditionCheck: { TableName: 'b' } },
            { Put: { TableName: 'a' } },
          ],
        },
      ],
      ['dynamodb:PutItem table/a', 'dynamodb:ConditionCheckItem table/b'],
    ],
    [['dynamodb', 'TransactGetItems', { TransactItems: [{ Get: { TableName: 'a' } }] }], ['dynamodb:GetItem table/a']],
    [
      [
        'dynamodb',
        'BatchExecuteStatement',
        {
          Statements: [
            { Statement: `INSERT INTO "sends" VALUE {'pk': ?}` },
            { Statement: 'UPDATE "sends" SET a = 1 WHERE pk = ?' },
            { Statement: 'DELETE FROM sends WHERE pk = ?' },
            { Statement: 'INSERT INTO "sends" VALUE ?' },
          ],
        },
      ],
      [
        'dynamodb:PartiQLInsert table/sends',
        'dynamodb:PartiQLUpdate table/sends',
        'dynamodb:PartiQLDelete table/sends',
      ],
    ],
    [
      ['dynamodb', 'ExecuteStatement', { Statement: 'select * from "sends"."byStatus" where s = ?' }],
      ['dynamodb:PartiQLSelect table/sends/index/byStatus'],
    ],
    [['sqs', 'SendMessageBatch', { QueueUrl: 'http://127.0.0.1:1/000000000000/jobs' }], ['sqs:SendMessage jobs']],
    [['sqs', 'GetQueueUrl', { QueueName: 'jobs' }], ['sqs:GetQueueUrl jobs']],
    [['states', 'StartExecution', { stateMachineArn: 'm' }], ['states:StartExecution m']],
    [['states', 'RedriveExecution', { executionArn: 'e' }], ['states:RedriveExecution e']],
    [['states', 'UpdateMapRun', { mapRunArn: 'r' }], ['states:UpdateMapRun r']],
    [['states', 'SendTaskSuccess', { taskToken: 't' }], ['states:SendTaskSuccess *']],
    [['lambda', 'Invoke', {}, INVOKE], ['lambda:InvokeFunction function:f']],
    [['lambda', 'Invoke', {}, { ...INVOKE, query: 'Qualifier=live' }], ['lambda:InvokeFunction function:f:live']],
    [['s3', 'HeadObject', {}, { path: '/b/k%20/x' }], ['s3:GetObject arn:aws:s3:::b/k /x']],
    [['s3', 'UploadPart', {}, { path: '/b/k' }], ['s3:PutObject arn:aws:s3:::b/k']],
    [['s3', 'ListObjectsV2', {}, { path: '/b' }], ['s3:ListBucket arn:aws:s3:::b']],
    [
      ['s3', 'CopyObject', {}, { path: '/b/k', headers: { 'x-amz-copy-source': '/a/j' } }],
      ['s3:PutObject arn:aws:s3:::b/k', 's3:GetObject arn:aws:s3:::a/j'],
    ],
    [['secretsmanager', 'GetSecretValue', { SecretId: 'key' }], ['secretsmanager:GetSecretValue secret:key-abcdef']],
    [
      ['events', 'PutEvents', { Entries: [{ EventBusName: 'orders' }, {}] }],
      ['events:PutEvents event-bus/orders', 'events:PutEvents event-bus/default'],
    ],
    [['ses', 'GetAccount'], ['ses:GetAccount *']],
    [
      [
        'ses',
        'SendEmail',
        {
          FromEmailAddress: 'Shop <hello@shop.example>',
          Destination: { ToAddresses: ['Bob <bob@home.example>', 'x@y.example'] },
          Content: { Simple: {} },
          ConfigurationSetName: 'bulk',
        },
      ],
      [
        'ses:SendEmail identity/shop.example',
        'ses:SendEmail identity/bob@home.example',
        'ses:SendEmail configuration-set/bulk',
      ],
    ],
    [
      ['ses', 'SendEmail', { FromEmailAddress: 'ana@shop.example', Content: { Raw: {} } }],
      ['ses:SendRawEmail identity/ana@shop.example'],
    ],
  ])('%j', (given, expected) => {
    expect(namesOf(...given)).toEqual(expected);
  });

  it('SES compares the bare address, and knows the name apart from it', () => {
    const [access] =
      accesses('ses', 'SendEmail', { FromEmailAddress: '"Shop, Ltd." <hello@shop.example>', Content: {} }) ?? [];
    expect(access?.context).toMatchObject({
      'ses:fromaddress': 'hello@shop.example',
      'ses:fromdisplayname': 'Shop, Ltd.',
    });
  });
});
