import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { CreateTableCommand, DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Outputs } from '../../dev/outputs.ts';

const IN_FLIGHT = 32;
const WARM_UP = 100;

/**
 * Measures the rows per second of a loop that makes only the calls that every campaign needs: two writes to a ledger, a message sent,
 * received and deleted, and an email sent. It runs on the same local AWS, with 32 rows at once.
 */
export async function bareLoop({ awsEndpoint, region }: Outputs, rows: number): Promise<number> {
  const config = {
    endpoint: awsEndpoint,
    region,
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
    requestHandler: { httpAgent: new Agent({ keepAlive: true, maxSockets: IN_FLIGHT }) },
  };
  const dynamodb = new DynamoDBClient(config);
  const sqs = new SQSClient(config);
  const ses = new SESv2Client(config);
  const name = `bare-${randomUUID()}`;
  await dynamodb.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    }),
  );
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }));

  const write = (row: number, status: string) =>
    dynamodb.send(
      new UpdateItemCommand({
        TableName: name,
        Key: { pk: { S: String(row) } },
        UpdateExpression: 'SET #status = :status, updatedAt = :now',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':status': { S: status }, ':now': { S: new Date().toISOString() } },
      }),
    );

  async function oneRow(row: number): Promise<void> {
    await write(row, 'QUEUED');
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: String(row) }));
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 1 }));
    await ses.send(
      new SendEmailCommand({
        FromEmailAddress: 'hello@pregon.test',
        Destination: { ToAddresses: [`row${row}@example.com`] },
        Content: { Simple: { Subject: { Data: 'Hi' }, Body: { Text: { Data: `Hello ${row}` } } } },
      }),
    );
    await write(row, 'SENT');
    const ReceiptHandle = Messages[0]?.ReceiptHandle;
    if (ReceiptHandle) await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  }

  async function run(count: number): Promise<number> {
    let next = 0;
    const started = performance.now();
    const worker = async () => {
      while (next < count) await oneRow(next++);
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
    return count / ((performance.now() - started) / 1000);
  }

  try {
    await run(WARM_UP);
    return await run(rows);
  } finally {
    for (const client of [dynamodb, sqs, ses]) client.destroy();
  }
}
