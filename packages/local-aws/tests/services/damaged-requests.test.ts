/** Valid requests of every service with bytes cut, doubled and changed: each is answered, and no service dies of one. */
import { writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import {
  BatchExecuteStatementCommand,
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetAccountCommand, SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { type LocalAws, startLocalAws } from '../../src/local-aws.ts';
import { clientOptions, ROWS_TABLE, temporaryFolder } from './support.ts';

const TEMPLATE = {
  Resources: {
    Rows: ROWS_TABLE,
    Jobs: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs' } },
    Files: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'files' } },
    Key: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'key', GenerateSecretString: {} } },
    Sender: { Type: 'AWS::SES::EmailIdentity', Properties: { EmailIdentity: 'shop.example' } },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'states.amazonaws.com' } }],
        },
      },
    },
    Flow: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
        DefinitionString: JSON.stringify({ StartAt: 'P', States: { P: { Type: 'Pass', End: true } } }),
      },
    },
  },
  Outputs: { jobs: { Value: { Ref: 'Jobs' } }, flow: { Value: { Ref: 'Flow' } } },
};

interface Wire {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer;
}
interface Sent {
  method: string;
  path: string;
  query?: Record<string, string | string[] | null>;
  headers: Record<string, string>;
  body?: string | Uint8Array;
}

const folders = [temporaryFolder(), temporaryFolder()] as const;
const notices: string[] = [];
const failures: Error[] = [];
const agent = new Agent({ keepAlive: true, maxSockets: 4 });
let aws: LocalAws;
let valid: readonly Wire[];
let atFirst: readonly number[];

beforeAll(async () => {
  writeFileSync(join(folders[0].path, 'app.template.json'), JSON.stringify(TEMPLATE));
  aws = await startLocalAws({
    cdkOut: folders[0].path,
    dataDir: folders[1].path,
    limits: { all: false },
    onNotice: (text) => notices.push(text),
  });
  void aws.failed.then((error) => failures.push(error));
  valid = await validRequests();
  atFirst = await statusesOf(valid);
  // A transaction, which is not supported, and a receipt, an execution and a token that are not there.
  expect(atFirst.filter((status) => status >= 300)).toEqual([400, 400, 400, 400]);
});
afterAll(async () => {
  agent.destroy();
  await aws.stop();
  for (const folder of folders) folder.close();
});

/** What the SDK sends for a call of each kind, as bytes. */
async function validRequests(): Promise<Wire[]> {
  const wires: Wire[] = [];
  const requestHandler = {
    handle: async (sent: unknown) => {
      wires.push(wireOf(sent as Sent));
      throw new Error('recorded');
    },
  };
  const options = { ...clientOptions({ url: aws.awsEndpoint }), requestHandler, forcePathStyle: true };
  const Key = { id: { S: '1' } };
  const { jobs: QueueUrl, flow: stateMachineArn } = aws.outputs;
  const dynamodb = new DynamoDBClient(options);
  const sqs = new SQSClient(options);
  const s3 = new S3Client(options);
  const states = new SFNClient(options);
  const calls = [
    () => dynamodb.send(new PutItemCommand({ TableName: 'rows', Item: { ...Key, n: { N: '1' } } })),
    () => dynamodb.send(new GetItemCommand({ TableName: 'rows', Key })),
    () =>
      dynamodb.send(
        new UpdateItemCommand({
          TableName: 'rows',
          Key,
          UpdateExpression: 'SET #a = if_not_exists(#a, :one) + :one, b = list_append(:l, :l)',
          ConditionExpression: 'attribute_not_exists(#a) OR #a < :most',
          ExpressionAttributeNames: { '#a': 'a' },
          ExpressionAttributeValues: { ':one': { N: '1' }, ':most': { N: '9' }, ':l': { L: [{ S: 'x' }] } },
        }),
      ),
    () =>
      dynamodb.send(
        new QueryCommand({
          TableName: 'rows',
          KeyConditionExpression: 'id = :id',
          ExpressionAttributeValues: { ':id': { S: '1' } },
        }),
      ),
    () => dynamodb.send(new BatchWriteItemCommand({ RequestItems: { rows: [{ PutRequest: { Item: Key } }] } })),
    () =>
      dynamodb.send(
        new BatchExecuteStatementCommand({
          Statements: [
            { Statement: 'UPDATE "rows" SET a=? WHERE id=? AND a<?', Parameters: [{ N: '1' }, { S: '1' }, { N: '9' }] },
          ],
        }),
      ),
    () => dynamodb.send(new TransactWriteItemsCommand({ TransactItems: [{ Put: { TableName: 'rows', Item: Key } }] })),
    () =>
      sqs.send(
        new SendMessageBatchCommand({
          QueueUrl,
          Entries: [{ Id: 'a', MessageBody: 'x', MessageAttributes: { n: { DataType: 'Number', StringValue: '1' } } }],
        }),
      ),
    () => sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 })),
    () => sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: 'x', VisibilityTimeout: 1 })),
    () => sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] })),
    () => s3.send(new PutObjectCommand({ Bucket: 'files', Key: 'a/ü b', Body: 'text', Metadata: { a: 'b' } })),
    () => s3.send(new GetObjectCommand({ Bucket: 'files', Key: 'a/ü b', Range: 'bytes=0-1' })),
    () => s3.send(new ListObjectsV2Command({ Bucket: 'files', Prefix: 'a/', MaxKeys: 5 })),
    () => s3.send(new DeleteObjectsCommand({ Bucket: 'files', Delete: { Objects: [{ Key: 'b' }] } })),
    () => s3.send(new CreateMultipartUploadCommand({ Bucket: 'files', Key: 'c' })),
    () => states.send(new StartExecutionCommand({ stateMachineArn, input: '{"a":1}' })),
    () => states.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 5 })),
    () =>
      states.send(
        new DescribeExecutionCommand({ executionArn: `${stateMachineArn?.replace('stateMachine', 'execution')}:x` }),
      ),
    () => states.send(new SendTaskSuccessCommand({ taskToken: 'token', output: '{}' })),
    () => new SESv2Client(options).send(new GetAccountCommand({})),
    () =>
      new SESv2Client(options).send(
        new SendEmailCommand({
          FromEmailAddress: 'Ana <ana@shop.example>',
          Destination: { ToAddresses: ['bob@example.com'] },
          Content: { Simple: { Subject: { Data: 'Hi' }, Body: { Text: { Data: 'Hello' } } } },
        }),
      ),
    () => new SecretsManagerClient(options).send(new GetSecretValueCommand({ SecretId: 'key' })),
    () =>
      new EventBridgeClient(options).send(
        new PutEventsCommand({ Entries: [{ Source: 'shop', DetailType: 'Sold', Detail: '{"n":1}' }] }),
      ),
  ];
  for (const call of calls) await call().catch((error: Error) => error);
  expect(wires).toHaveLength(calls.length);
  return wires;
}

function wireOf({ method, path, query = {}, headers, body = '' }: Sent): Wire {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value ?? ''].flat().map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(one)}`),
  );
  return {
    method,
    path: pairs.length ? `${path}?${pairs.join('&')}` : path,
    headers,
    body: Buffer.isBuffer(body) || typeof body === 'string' ? Buffer.from(body) : Buffer.from(Uint8Array.from(body)),
  };
}

/** Resolves to the status; to 0 where the request itself cannot be written as HTTP. */
function send({ method, path, headers, body }: Wire): Promise<number> {
  return new Promise((resolve, reject) => {
    try {
      const { host: _host, 'content-length': _length, ...others } = headers;
      const options = { method, path, headers: { ...others, 'content-length': body.length }, agent };
      request(aws.awsEndpoint, options, (response) => {
        response.resume().on('end', () => resolve(response.statusCode ?? 0));
      })
        .on('error', reject)
        .end(body);
    } catch {
      resolve(0);
    }
  });
}

async function statusesOf(wires: readonly Wire[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const wire of wires) statuses.push(await send(wire));
  return statuses;
}

/** Sends the beginning of a request and hangs up. */
function sendCut({ method, path, headers, body }: Wire, share: number): Promise<void> {
  const lines = Object.entries({ ...headers, 'content-length': body.length }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  const bytes = Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`), body]);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(aws.awsEndpoint).port), '127.0.0.1', () => {
      socket.write(bytes.subarray(0, Math.floor(bytes.length * share)), () => socket.destroy());
    });
    socket.on('close', () => resolve()).on('error', reject);
  });
}

type Damage = readonly [where: number, what: 'flip' | 'cut' | 'double' | 'insert', byte: number];

const damaged = (bytes: Buffer, [where, what, byte]: Damage): Buffer => {
  const at = where % (bytes.length + 1);
  if (what === 'flip') return Buffer.concat([bytes.subarray(0, at), Buffer.of(byte), bytes.subarray(at + 1)]);
  if (what === 'cut') return bytes.subarray(0, at);
  if (what === 'double') return Buffer.concat([bytes, bytes.subarray(at)]);
  return Buffer.concat([bytes.subarray(0, at), Buffer.of(byte), bytes.subarray(at)]);
};
/** The request with one of its parts changed. */
function damagedWire(wire: Wire, part: string, damages: readonly Damage[]): Wire {
  const damage = (bytes: Buffer) => damages.reduce(damaged, bytes);
  const text = (before: string) => damage(Buffer.from(before, 'latin1')).toString('latin1');
  if (part === 'body') return { ...wire, body: damage(wire.body) };
  if (part === 'path') return { ...wire, path: `/${text(wire.path.slice(1))}` };
  return { ...wire, headers: { ...wire.headers, [part]: text(wire.headers[part] ?? '') } };
}

const arbitraryDamage = fc.tuple(
  fc.nat(),
  fc.constantFrom('flip' as const, 'cut' as const, 'double' as const, 'insert' as const),
  fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('"{}[]:,0-\\%&=/'))),
);

it('answers every damaged request, never with a fault of its own', async () => {
  const request = fc.record({
    which: fc.nat(),
    damages: fc.array(arbitraryDamage, { minLength: 1, maxLength: 3 }),
    part: fc.constantFrom('body' as const, 'body' as const, 'body' as const, 'path' as const, 'header' as const),
    header: fc.nat(),
  });
  await fc.assert(
    fc.asyncProperty(request, async ({ which, damages, part, header }) => {
      const wire = valid[which % valid.length] as Wire;
      const names = Object.keys(wire.headers);
      const changed = damagedWire(wire, part === 'header' ? (names[header % names.length] ?? '') : part, damages);
      const status = await send(changed);
      // What is not implemented says so.
      if (status !== 501) expect(status).toBeLessThan(500);
    }),
    { seed: 20_261_122, numRuns: 1_500 },
  );
  expect(notices).toEqual([]);
});

it('goes on after requests that are cut off', async () => {
  for (const wire of valid) for (const share of [0, 0.1, 0.5, 0.9, 0.99]) await sendCut(wire, share);
  expect(notices).toEqual([]);
});

it('still answers the valid requests, by every service', async () => {
  expect(await statusesOf(valid)).toEqual(atFirst);
  expect(failures).toEqual([]);
});
