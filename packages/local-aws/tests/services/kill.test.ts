import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DynamoDBClient,
  PutItemCommand,
  paginateQuery,
  paginateScan,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { clientOptions, closing, temporaryFolder } from './support.ts';

const track = closing();

const template = {
  Resources: {
    Rows: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'rows',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: ['id', 'status'].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
        GlobalSecondaryIndexes: [
          {
            IndexName: 'byStatus',
            KeySchema: [{ AttributeName: 'status', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'KEYS_ONLY' },
          },
        ],
      },
    },
    Files: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'files' } },
    Jobs: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs' } },
  },
};

async function start(cdkOut: string, dataDir: string): Promise<{ process: ChildProcess; url: string }> {
  const script = join(import.meta.dirname, 'victim.ts');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, cdkOut, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  track({ close: () => child.kill('SIGKILL') });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { process: child, url: line.toString().trim() };
}

const clients = (url: string) => ({
  dynamodb: new DynamoDBClient(clientOptions({ url })),
  sqs: new SQSClient({ ...clientOptions({ url }), useQueueUrlAsEndpoint: false }),
  s3: new S3Client(clientOptions({ url })),
  ses: new SESv2Client(clientOptions({ url })),
});
const QueueUrl = 'http://localhost/000000000000/jobs';

/** Writes until the process dies and returns the acknowledged writes. Calls `kill` after this many acknowledged rows. */
async function writeUntilKilled(url: string, round: number, rows: number, kill: () => void) {
  const { dynamodb, sqs, s3, ses } = clients(url);
  const acknowledged = { rows: [] as string[], moved: [] as string[], messages: 0, files: [] as string[], mails: 0 };
  const repeat = async (write: (id: string) => Promise<unknown>) => {
    for (let n = 0; ; n++) {
      try {
        await write(`${round}-${n}`);
      } catch {
        // The kill broke the connection. The write may have succeeded or not.
        return;
      }
    }
  };
  await Promise.all([
    repeat(async (id) => {
      await dynamodb.send(new PutItemCommand({ TableName: 'rows', Item: { id: { S: id }, status: { S: 'NEW' } } }));
      acknowledged.rows.push(id);
      await dynamodb.send(
        new UpdateItemCommand({
          TableName: 'rows',
          Key: { id: { S: id } },
          UpdateExpression: 'SET #s = :done',
          ExpressionAttributeNames: { '#s': 'status' },
          ExpressionAttributeValues: { ':done': { S: 'DONE' } },
        }),
      );
      acknowledged.moved.push(id);
      if (acknowledged.moved.length === rows) kill();
    }),
    repeat(async (MessageBody) => {
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
      acknowledged.messages++;
    }),
    repeat(async (Key) => {
      await s3.send(new PutObjectCommand({ Bucket: 'files', Key, Body: Key }));
      acknowledged.files.push(Key);
    }),
    repeat(async (id) => {
      await ses.send(
        new SendEmailCommand({
          FromEmailAddress: 'a@b.test',
          Destination: { ToAddresses: [`${id}@example.com`] },
          Content: { Simple: { Subject: { Data: id }, Body: { Text: { Data: id } } } },
        }),
      );
      acknowledged.mails++;
    }),
  ]);
  return acknowledged;
}

it('loses no acknowledged write, and leaves no orphan in an index, when it is killed during writes', async () => {
  const cdkOut = track(temporaryFolder()).path;
  const dataDir = track(temporaryFolder()).path;
  writeFileSync(join(cdkOut, 'app.template.json'), JSON.stringify(template));
  const total = { rows: [] as string[], moved: [] as string[], messages: 0, files: [] as string[], mails: 0 };
  for (let round = 0; round < 3; round++) {
    const victim = await start(cdkOut, dataDir);
    const exited = once(victim.process, 'exit');
    const acknowledged = await writeUntilKilled(victim.url, round, 10 + 20 * round, () =>
      victim.process.kill('SIGKILL'),
    );
    await exited;
    total.rows.push(...acknowledged.rows);
    total.moved.push(...acknowledged.moved);
    total.files.push(...acknowledged.files);
    total.messages += acknowledged.messages;
    total.mails += acknowledged.mails;
  }

  const { url } = await start(cdkOut, dataDir);
  const { dynamodb, sqs, s3 } = clients(url);
  const stored = new Map<string, string>();
  for await (const page of paginateScan({ client: dynamodb }, { TableName: 'rows' })) {
    for (const { id, status } of page.Items ?? []) stored.set(id?.S ?? '', status?.S ?? '');
  }
  const indexed = new Map<string, string>();
  for (const status of ['NEW', 'DONE']) {
    const query = {
      TableName: 'rows',
      IndexName: 'byStatus',
      KeyConditionExpression: '#s = :s',
      ExpressionAttributeNames: { '#s': 'status' },
      ExpressionAttributeValues: { ':s': { S: status } },
    };
    for await (const page of paginateQuery({ client: dynamodb }, query)) {
      for (const { id } of page.Items ?? []) {
        expect(indexed.has(id?.S ?? '')).toBe(false);
        indexed.set(id?.S ?? '', status);
      }
    }
  }
  expect(indexed).toEqual(stored);
  expect(total.rows.filter((id) => !stored.has(id))).toEqual([]);
  expect(total.moved.filter((id) => stored.get(id) !== 'DONE')).toEqual([]);

  const queue = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  expect(Number(queue.Attributes?.ApproximateNumberOfMessages)).toBeGreaterThanOrEqual(total.messages);
  for (const Key of total.files) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'files', Key }));
    expect(await Body?.transformToString()).toBe(Key);
  }
  const accepted = (await (await fetch(`${url}/_local/accepted`)).json()) as { count: number };
  expect(accepted.count).toBeGreaterThanOrEqual(total.mails);
});
