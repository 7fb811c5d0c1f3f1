import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DeleteObjectsCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetAccountCommand, SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import {
  DescribeExecutionCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { CallReport } from '../../src/iam/calls.ts';
import { accessKeyFor } from '../../src/identity.ts';
import { type LocalAws, startLocalAws } from '../../src/local-aws.ts';
import { clientOptions, eventually, ROWS_TABLE, temporaryFolder } from '../services/support.ts';

const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const trust = (Service: string) => ({
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service } }],
});
const role = (service: string, Statement: object[] = []) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    RoleName: service.split('.')[0],
    AssumeRolePolicyDocument: trust(service),
    Policies: [{ PolicyName: 'own', PolicyDocument: { Statement } }],
  },
});
const allow = (Action: string | string[], Resource: unknown, Condition?: object) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
});
const machine = (states: object, startAt: string) => ({
  Type: 'AWS::StepFunctions::StateMachine',
  Properties: {
    RoleArn: arn('Workflow'),
    DefinitionString: JSON.stringify({ QueryLanguage: 'JSONata', StartAt: startAt, States: states }),
  },
});

/** A function whose role may do little, a workflow whose role may do nothing, and targets without a policy. */
const RESOURCES = {
  Worker: role('lambda.amazonaws.com', [
    allow('dynamodb:GetItem', arn('Rows')),
    allow(['s3:GetObject', 's3:DeleteObject'], 'arn:aws:s3:::files/open/*'),
    allow('ses:SendEmail', 'arn:aws:ses:*:*:identity/*', { StringEquals: { 'ses:FromAddress': 'a@shop.example' } }),
    allow('states:SendTaskSuccess', { Ref: 'Waiting' }),
    { Effect: 'Deny', Action: 'sqs:*', Resource: '*' },
  ]),
  Workflow: role('states.amazonaws.com', [allow('sqs:SendMessage', arn('Tokens'))]),
  F: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName: 'f',
      Role: arn('Worker'),
      Handler: 'index.handler',
      Code: {
        ZipFile: 'exports.handler = async () => { console.log("here"); return { statusCode: 200, body: "called" }; };',
      },
    },
  },
  Rows: ROWS_TABLE,
  Files: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'files' } },
  Key: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'key', SecretString: 'x' } },
  Jobs: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs' } },
  Tokens: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'tokens' } },
  Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead' } },
  DeadPolicy: {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [{ Ref: 'Dead' }],
      PolicyDocument: {
        Statement: [{ ...allow('sqs:SendMessage', arn('Dead')), Principal: { Service: 'events.amazonaws.com' } }],
      },
    },
  },
  // The function lets no rule and no API call it.
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: {
      EventPattern: { source: ['shop'] },
      Targets: [{ Id: 'f', Arn: arn('F'), DeadLetterConfig: { Arn: arn('Dead') } }],
    },
  },
  Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'api', ProtocolType: 'HTTP' } },
  ToF: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: {
      ApiId: { Ref: 'Api' },
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: arn('F'),
      PayloadFormatVersion: '2.0',
    },
  },
  Closed: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: { ApiId: { Ref: 'Api' }, RouteKey: 'GET /closed', Target: { 'Fn::Sub': `integrations/\${ToF}` } },
  },
  Open: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: { ApiId: { Ref: 'Api' }, RouteKey: 'GET /open/{id}', Target: { 'Fn::Sub': `integrations/\${ToF}` } },
  },
  MayOpen: {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: arn('F'),
      Principal: 'apigateway.amazonaws.com',
      SourceArn: { 'Fn::Sub': `arn:aws:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Api}/*/*/open/{id}` },
    },
  },
  Writing: machine(
    {
      Write: {
        Type: 'Task',
        Resource: 'arn:aws:states:::dynamodb:putItem',
        Arguments: { TableName: 'rows', Item: { id: { S: '1' } } },
        End: true,
      },
    },
    'Write',
  ),
  Mapping: machine(
    {
      Rows: {
        Type: 'Map',
        Label: 'Rows',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Done',
          States: { Done: { Type: 'Succeed' } },
        },
        End: true,
      },
    },
    'Rows',
  ),
  Waiting: machine(
    {
      Wait: {
        Type: 'Task',
        Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
        Arguments: {
          QueueUrl: 'http://x/000000000000/tokens',
          MessageBody: '{% $states.context.Task.Token %}',
        },
        End: true,
      },
    },
    'Wait',
  ),
};

const folders: ReturnType<typeof temporaryFolder>[] = [];
const newFolder = () => {
  const folder = temporaryFolder();
  folders.push(folder);
  return folder.path;
};
afterAll(() => {
  for (const folder of folders) folder.close();
});

function stackOf(Resources: object): string {
  const folder = newFolder();
  const Outputs = {
    waiting: { Value: { Ref: 'Waiting' } },
    writing: { Value: { Ref: 'Writing' } },
    mapping: { Value: { Ref: 'Mapping' } },
    jobs: { Value: { Ref: 'Jobs' } },
    tokens: { Value: { Ref: 'Tokens' } },
    dead: { Value: { Ref: 'Dead' } },
  };
  writeFileSync(join(folder, 'app.template.json'), JSON.stringify({ Resources, Outputs }));
  return folder;
}

const USER = 'arn:aws:sts::000000000000:assumed-role/lambda/f';
const notices: string[] = [];
const start = (Resources: object) =>
  startLocalAws({
    cdkOut: stackOf(Resources),
    dataDir: newFolder(),
    onNotice: (text) => notices.push(text),
  });

describe('a call without permission', () => {
  let aws: LocalAws;
  let worker: ReturnType<typeof clientOptions>;
  let admin: ReturnType<typeof clientOptions>;
  beforeAll(async () => {
    aws = await start(RESOURCES);
    const gateway = { url: aws.awsEndpoint };
    worker = clientOptions(gateway, accessKeyFor('arn:aws:iam::000000000000:role/lambda', 'f'));
    admin = clientOptions(gateway);
    const s3 = new S3Client(admin);
    for (const Key of ['open/a', 'open/b', 'closed/a']) {
      await s3.send(new PutObjectCommand({ Bucket: 'files', Key, Body: 'x' }));
    }
  });
  afterAll(() => aws.stop());

  it('DynamoDB', async () => {
    const client = new DynamoDBClient(worker);
    const Item = { id: { S: '1' } };
    await client.send(new GetItemCommand({ TableName: 'rows', Key: Item }));
    await expect(client.send(new PutItemCommand({ TableName: 'rows', Item }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message:
        `User: ${USER} is not authorized to perform: dynamodb:PutItem on resource: ` +
        'arn:aws:dynamodb:us-east-1:000000000000:table/rows because no identity-based policy allows the dynamodb:PutItem action',
      $metadata: { httpStatusCode: 400 },
    });
    await new DynamoDBClient(admin).send(new PutItemCommand({ TableName: 'rows', Item }));
  });

  it('SQS, with an explicit deny', async () => {
    const sent = new SQSClient(worker).send(new SendMessageCommand({ QueueUrl: aws.outputs.jobs, MessageBody: 'x' }));
    await expect(sent).rejects.toMatchObject({
      name: 'AccessDenied',
      message:
        `User: ${USER} is not authorized to perform: sqs:sendmessage on resource: ` +
        'arn:aws:sqs:us-east-1:000000000000:jobs with an explicit deny in an identity-based policy',
      $metadata: { httpStatusCode: 403 },
    });
  });

  it('S3, also for a missing object of a bucket that may not be listed, and for single keys of a deletion', async () => {
    const client = new S3Client(worker);
    const get = (Key: string, by = client) => by.send(new GetObjectCommand({ Bucket: 'files', Key }));
    await get('open/a');
    const denied = (action: string, resource: string) => ({
      name: 'AccessDenied',
      message: `User: ${USER} is not authorized to perform: ${action} on resource: "${resource}" because no identity-based policy allows the ${action} action`,
      $metadata: { httpStatusCode: 403 },
    });
    await expect(get('closed/a')).rejects.toMatchObject(denied('s3:GetObject', 'arn:aws:s3:::files/closed/a'));
    await expect(get('open/missing')).rejects.toMatchObject(denied('s3:ListBucket', 'arn:aws:s3:::files'));
    await expect(get('open/missing', new S3Client(admin))).rejects.toMatchObject({ name: 'NoSuchKey' });
    const Objects = [{ Key: 'open/b' }, { Key: 'closed/a' }];
    const deletion = await client.send(new DeleteObjectsCommand({ Bucket: 'files', Delete: { Objects } }));
    expect(deletion.Deleted).toEqual([{ Key: 'open/b' }]);
    expect(deletion.Errors).toMatchObject([{ Key: 'closed/a', Code: 'AccessDenied' }]);
    await get('closed/a', new S3Client(admin));
  });

  it('SES', async () => {
    const client = new SESv2Client(worker);
    const send = (FromEmailAddress: string) =>
      client.send(
        new SendEmailCommand({
          FromEmailAddress,
          Destination: { ToAddresses: ['b@home.example'] },
          Content: { Simple: { Subject: { Data: 's' }, Body: { Text: { Data: 't' } } } },
        }),
      );
    await send('Shop <a@shop.example>');
    await expect(send('b@shop.example')).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `User \`${USER}' is not authorized to perform \`ses:SendEmail' on resource \`arn:aws:ses:us-east-1:000000000000:identity/shop.example'`,
      $metadata: { httpStatusCode: 403 },
    });
    await expect(client.send(new GetAccountCommand({}))).rejects.toMatchObject({
      message: `User: ${USER} is not authorized to perform: ses:GetAccount on resource: * because no identity-based policy allows the ses:GetAccount action`,
    });
  });

  it('Secrets Manager and EventBridge', async () => {
    await expect(
      new SecretsManagerClient(worker).send(new GetSecretValueCommand({ SecretId: 'key' })),
    ).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringMatching(
        /secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:.*:secret:key-\w{6} because/,
      ),
    });
    await expect(
      new EventBridgeClient(worker).send(new PutEventsCommand({ Entries: [{ Source: 'shop' }] })),
    ).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(
        'events:PutEvents on resource: arn:aws:events:us-east-1:000000000000:event-bus/default',
      ),
    });
  });

  it('Step Functions: an API call, a task, and the children of a Map Run', async () => {
    const start = (by: ReturnType<typeof clientOptions>, stateMachineArn: string | undefined, input = '{}') =>
      new SFNClient(by).send(new StartExecutionCommand({ stateMachineArn, input }));
    await expect(start(worker, aws.outputs.writing)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(
        'is not authorized to perform: states:StartExecution on resource: arn:aws:states:',
      ),
    });
    const failed = async (stateMachineArn: string | undefined, input?: string) => {
      const { executionArn } = await start(admin, stateMachineArn, input);
      return eventually(async () => {
        const execution = await new SFNClient(admin).send(new DescribeExecutionCommand({ executionArn }));
        return execution.status === 'RUNNING' ? undefined : execution;
      });
    };
    expect(await failed(aws.outputs.writing)).toMatchObject({
      status: 'FAILED',
      error: 'DynamoDB.AmazonDynamoDBException',
      cause: expect.stringMatching(
        /^User: arn:aws:sts::000000000000:assumed-role\/states\/\w{32} is not authorized to perform: dynamodb:PutItem .*Error Code: AccessDeniedException/,
      ),
    });
    expect(await failed(aws.outputs.mapping, '[1]')).toMatchObject({
      status: 'FAILED',
      error: 'States.Permissions',
      cause: expect.stringMatching(
        /states:StartExecution on resource: arn:aws:states:us-east-1:000000000000:stateMachine:/,
      ),
    });
  });

  it('the answer of a task is allowed by a grant on its state machine', async () => {
    await new SFNClient(admin).send(new StartExecutionCommand({ stateMachineArn: aws.outputs.waiting }));
    const sqs = new SQSClient(admin);
    const { Body: taskToken } = await eventually(
      async () =>
        (await sqs.send(new ReceiveMessageCommand({ QueueUrl: aws.outputs.tokens, WaitTimeSeconds: 1 }))).Messages?.[0],
    );
    const client = new SFNClient(worker);
    await client.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }));
    await expect(client.send(new SendTaskSuccessCommand({ taskToken: 'none', output: '{}' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  it('API Gateway calls a function only where the policy of the function allows it', async () => {
    const open = await fetch(`${aws.apiUrl}/open/1`);
    expect([open.status, await open.text()]).toEqual([200, 'called']);
    const closed = await fetch(`${aws.apiUrl}/closed`);
    expect([closed.status, await closed.json()]).toEqual([500, { message: 'Internal Server Error' }]);
  });

  it('EventBridge gives an event up at once, and puts it on the dead-letter queue', async () => {
    const Entries = [{ Source: 'shop', DetailType: 'Sold', Detail: '{"id":1}' }];
    await new EventBridgeClient(admin).send(new PutEventsCommand({ Entries }));
    const sqs = new SQSClient(admin);
    const { Body = '' } = await eventually(
      async () =>
        (await sqs.send(new ReceiveMessageCommand({ QueueUrl: aws.outputs.dead, WaitTimeSeconds: 1 }))).Messages?.[0],
    );
    expect(JSON.parse(Body)).toMatchObject({ detail: { id: 1 } });
  });

  it('a function without permission for its logs runs and writes none, and the start says so', () => {
    expect(notices.join('\n')).toContain('f writes no logs: ');
  });

  it('is reported with the grants that calls needed', async () => {
    const report = (await (await fetch(`${aws.awsEndpoint}/_local/permissions`)).json()) as CallReport;
    expect(report.calls).toContainEqual({
      caller: USER,
      action: 'dynamodb:PutItem',
      resource: 'arn:aws:dynamodb:us-east-1:000000000000:table/rows',
      context: {},
      isAllowed: false,
    });
    expect(report.calls).toContainEqual(
      expect.objectContaining({
        action: 'ses:SendEmail',
        context: { 'ses:fromaddress': 'a@shop.example' },
        isAllowed: true,
      }),
    );
    const needed = report.grants.filter(({ isNeeded }) => isNeeded).map(({ action }) => action);
    expect(needed).toEqual(expect.arrayContaining(['dynamodb:GetItem', 's3:GetObject', 'lambda:InvokeFunction']));
  });
});

describe('a role that AWS would not accept ends the start with its message', () => {
  const without = (changes: object) => start({ ...RESOURCES, ...changes });
  it.each<[string, object, string]>([
    [
      'of a function',
      { Worker: role('states.amazonaws.com') },
      'F (AWS::Lambda::Function): The role defined for the function cannot be assumed by Lambda.',
    ],
    [
      'of a state machine',
      { Workflow: role('lambda.amazonaws.com') },
      'Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.',
    ],
    [
      'of an event source',
      {
        Source: {
          Type: 'AWS::Lambda::EventSourceMapping',
          Properties: { FunctionName: 'f', EventSourceArn: arn('Jobs') },
        },
      },
      'Source (AWS::Lambda::EventSourceMapping): The provided execution role does not have permissions to call DeleteMessage on SQS',
    ],
    [
      'of a traced function',
      { F: { ...RESOURCES.F, Properties: { ...RESOURCES.F.Properties, TracingConfig: { Mode: 'Active' } } } },
      'The provided execution role does not have permissions to call PutTraceSegments on XRAY',
    ],
    [
      'of a state machine with logs',
      {
        Writing: {
          ...RESOURCES.Writing,
          Properties: { ...RESOURCES.Writing.Properties, LoggingConfiguration: { Level: 'ERROR' } },
        },
      },
      'Writing (AWS::StepFunctions::StateMachine): The state machine IAM Role is not authorized to access the Log Destination',
    ],
    [
      'with an operator that is not known',
      { Worker: role('lambda.amazonaws.com', [allow('s3:*', '*', { StringSounds: { 'aws:SourceArn': 'x' } })]) },
      'Worker.own[0]: the condition operator StringSounds is not known',
    ],
  ])('%s', async (_name, changes, message) => {
    await expect(without(changes)).rejects.toThrow(message);
  });

  it('names what it cannot evaluate', async () => {
    const aws = await without({
      Worker: {
        ...role('lambda.amazonaws.com', [allow('s3:*', '*', { StringEquals: { 'aws:PrincipalTag/team': 'a' } })]),
      },
      Workflow: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: trust('states.amazonaws.com'),
          ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonEC2FullAccess'],
        },
      },
    });
    await aws.stop();
    expect(aws.unsupported).toEqual(
      expect.arrayContaining([
        'Worker (AWS::IAM::Role): the condition key aws:principaltag/team is not emulated, so that Worker.own[0] grants nothing',
        'Workflow (AWS::IAM::Role): the policy arn:aws:iam::aws:policy/AmazonEC2FullAccess is not known here, so that it grants nothing',
      ]),
    );
  });
});
