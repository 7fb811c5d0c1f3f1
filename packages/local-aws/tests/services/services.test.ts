import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Faults } from '../../src/faults/faults.ts';
import { staleDescribe } from '../../src/faults/stale-describe.ts';
import { injectFaults } from '../../src/faults/step.ts';
import type { AwsRequest } from '../../src/gateway/types.ts';
import { type Services, startServices } from '../../src/services.ts';
import { clientOptions, closing, eventually, ROWS_TABLE, temporaryFolder } from './support.ts';

const track = closing();
const errors: unknown[] = [];

const template = {
  Resources: {
    Rows: ROWS_TABLE,
    Files: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: 'files',
        NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
      },
    },
    Jobs: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs' } },
    JobsPolicy: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: {
        Queues: [{ Ref: 'Jobs' }],
        PolicyDocument: {
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'events.amazonaws.com' },
              Action: 'sqs:SendMessage',
              Resource: { 'Fn::GetAtt': ['Jobs', 'Arn'] },
              Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': ['Uploaded', 'Arn'] } } },
            },
          ],
        },
      },
    },
    Uploaded: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventPattern: { source: ['aws.s3'], detail: { bucket: { name: [{ Ref: 'Files' }] } } },
        Targets: [{ Id: 'jobs', Arn: { 'Fn::GetAtt': ['Jobs', 'Arn'] }, InputPath: '$.detail.object.key' }],
      },
    },
    Key: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'key', GenerateSecretString: {} } },
  },
  Outputs: { queueUrl: { Value: { Ref: 'Jobs' } } },
};

async function start(dataDir: string): Promise<Services> {
  const cdkOut = track(temporaryFolder()).path;
  writeFileSync(join(cdkOut, 'app.template.json'), JSON.stringify(template));
  const aws = await startServices({
    cdkOut,
    stackName: 'app',
    dataDir,
    port: 0,
    maxSendRate: 10,
    extend: () => ({ secrets: { key: 'given' } }),
    onError: (error) => errors.push(error),
  });
  aws.events.start();
  return track(aws);
}

describe('the local AWS of a template', () => {
  it('runs all services of the template behind one address', async () => {
    const aws = await start(track(temporaryFolder()).path);
    expect(aws.template.unsupported).toEqual([]);
    const s3 = new S3Client(clientOptions(aws.gateway));
    await s3.send(new PutObjectCommand({ Bucket: 'files', Key: 'a.csv', Body: 'x' }));
    const sqs = new SQSClient(clientOptions(aws.gateway));
    const QueueUrl = aws.template.outputs.queueUrl;
    const job = await eventually(
      async () => (await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }))).Messages?.[0],
    );
    expect(job.Body).toBe('"a.csv"');
    const secrets = new SecretsManagerClient(clientOptions(aws.gateway));
    expect((await secrets.send(new GetSecretValueCommand({ SecretId: 'key' }))).SecretString).toBe('given');
    const usage = (await (await fetch(`${aws.gateway.url}/_local/usage`)).json()) as { calls: Record<string, number> };
    expect(usage.calls).toMatchObject({ 's3.PutObject': 1, 'secretsmanager.GetSecretValue': 1 });
    expect(errors).toEqual([]);
  });

  it('continues on another port with its data, and finds its queues by their old URLs', async () => {
    const dataDir = track(temporaryFolder()).path;
    const first = await start(dataDir);
    const oldUrl = first.template.outputs.queueUrl;
    const row = { TableName: 'rows', Item: { id: { S: '1' } } };
    await new DynamoDBClient(clientOptions(first.gateway)).send(new PutItemCommand(row));
    await new SQSClient(clientOptions(first.gateway)).send(
      new SendMessageCommand({ QueueUrl: oldUrl, MessageBody: 'left' }),
    );
    await first.close();

    const second = await start(dataDir);
    expect(second.gateway.port).not.toBe(first.gateway.port);
    const { Items } = await new DynamoDBClient(clientOptions(second.gateway)).send(
      new ScanCommand({ TableName: 'rows' }),
    );
    expect(Items).toEqual([row.Item]);
    const sqs = new SQSClient({ ...clientOptions(second.gateway), useQueueUrlAsEndpoint: false });
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: oldUrl }));
    expect(Messages?.map(({ Body }) => Body)).toEqual(['left']);
  });

  it('names the port that is in use', async () => {
    const aws = await start(track(temporaryFolder()).path);
    const dataDir = track(temporaryFolder()).path;
    const options = {
      cdkOut: dataDir,
      stackName: 'app',
      dataDir,
      port: aws.gateway.port,
      maxSendRate: 1,
      onError: () => undefined,
    };
    await expect(startServices(options)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

describe('faults of services', () => {
  const request = (service: string, operation: string): AwsRequest => ({
    service,
    operation,
    requestId: 'r',
    region: 'us-east-1',
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: {},
    body: Buffer.from('{"executionArn":"x"}'),
    principal: { kind: 'administrator', accessKeyId: 'a' },
  });

  it('slow down or fail only the chosen service', async () => {
    const faults = new Faults();
    const slept: number[] = [];
    const step = injectFaults(faults, { random: () => 0.5, sleep: async (ms) => void slept.push(ms) });
    const next = async () => ({ status: 200, headers: {} });
    faults.replace({ services: { sqs: { latencyMs: 30 }, dynamodb: { errorRate: 0.6 } } });
    await step(request('sqs', 'SendMessage'), next);
    await step(request('ses', 'SendEmail'), next);
    await expect(step(request('dynamodb', 'PutItem'), next)).rejects.toMatchObject({
      name: 'InternalServerError',
      status: 500,
    });
    expect(slept).toEqual([30]);
  });

  it('let DescribeExecution return an older state for some time', async () => {
    const faults = new Faults();
    const clock = { now: 0 };
    const step = staleDescribe(faults, () => clock.now);
    let version = 0;
    const next = async () => ({ status: 200, headers: {}, body: String(++version) });
    const describe = async () => (await step(request('states', 'DescribeExecution'), next)).body;
    expect([await describe(), await describe()]).toEqual(['1', '2']);
    faults.replace({ services: { states: { staleMs: 100 } } });
    expect([await describe(), await describe()]).toEqual(['3', '3']);
    clock.now = 101;
    expect(await describe()).toBe('4');
  });
});
