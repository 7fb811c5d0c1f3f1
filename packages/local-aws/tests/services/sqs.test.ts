import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListMessageMoveTasksCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { startSqs } from '../../src/sqs/sqs.ts';
import { clientOptions, closing, eventually, gatewayFor, temporaryFolder } from './support.ts';

const track = closing();
const arn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;
const url = (name: string) => `http://127.0.0.1:4566/000000000000/${name}`;

async function sqs(folder: string): Promise<SQSClient & { close(): Promise<void> }> {
  const service = await startSqs({
    folder,
    awsEndpoint: 'http://127.0.0.1:4566',
    queues: [
      { name: 'send-dlq', attributes: {} },
      {
        name: 'send',
        attributes: {
          VisibilityTimeout: '60',
          RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn('send-dlq'), maxReceiveCount: 1 }),
        },
      },
    ],
  });
  const gateway = await gatewayFor({ sqs: service.handler });
  const client = new SQSClient({ ...clientOptions(gateway), useQueueUrlAsEndpoint: false });
  const close = async () => {
    client.destroy();
    await gateway.close();
    await service.close();
  };
  return track(Object.assign(client, { close }));
}

const receive = (queue: string, more: object = {}) =>
  new ReceiveMessageCommand({ QueueUrl: url(queue), MessageSystemAttributeNames: ['All'], ...more });

describe('SQS', () => {
  it('has the queues of the template, and finds them by URLs with any host', async () => {
    const client = await sqs(track(temporaryFolder()).path);
    const found = await client.send(new GetQueueUrlCommand({ QueueName: 'send' }));
    expect(found.QueueUrl).toBe(url('send'));
    await client.send(
      new SendMessageCommand({ QueueUrl: 'http://elsewhere:1/000000000000/send', MessageBody: 'hola 🎉' }),
    );
    const { Messages } = await client.send(receive('send'));
    expect(Messages?.map((message) => message.Body)).toEqual(['hola 🎉']);
  });

  it('keeps the trace header of the call that sent a message, as AWSTraceHeader', async () => {
    const client = await sqs(track(temporaryFolder()).path);
    client.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers['x-amzn-trace-id'] = 'Root=1;Lineage=1:aa:3';
        return next(args);
      },
      { step: 'build', name: 'trace' },
    );
    await client.send(new SendMessageCommand({ QueueUrl: url('send'), MessageBody: 'one' }));
    await client.send(
      new SendMessageBatchCommand({
        QueueUrl: url('send'),
        Entries: [{ Id: '0', MessageBody: 'two', DelaySeconds: 1 }],
      }),
    );
    client.middlewareStack.remove('trace');
    await client.send(new SendMessageCommand({ QueueUrl: url('send'), MessageBody: 'three' }));

    const seen = new Map<string, unknown>();
    await eventually(async () => {
      const { Messages = [] } = await client.send(receive('send', { MaxNumberOfMessages: 10 }));
      for (const { Body = '', Attributes } of Messages) seen.set(Body, Attributes?.AWSTraceHeader);
      return seen.size === 3 || undefined;
    });
    expect(Object.fromEntries(seen)).toEqual({
      one: 'Root=1;Lineage=1:aa:3',
      two: 'Root=1;Lineage=1:aa:3',
      three: undefined,
    });
  });

  it('answers a long poll when a message arrives', async () => {
    const client = await sqs(track(temporaryFolder()).path);
    const polls = [1, 2].map(() => client.send(receive('send', { WaitTimeSeconds: 20 })));
    await client.send(new SendMessageCommand({ QueueUrl: url('send'), MessageBody: 'one' }));
    const first = await Promise.race(polls);
    expect(first.Messages).toHaveLength(1);
    // The other poll was not answered early: it gets the next message.
    await client.send(new SendMessageCommand({ QueueUrl: url('send'), MessageBody: 'two' }));
    const bodies = (await Promise.all(polls)).flatMap((poll) => poll.Messages ?? []).map((message) => message.Body);
    expect(bodies.sort()).toEqual(['one', 'two']);
  });

  it('keeps messages, also those in flight, over a restart', async () => {
    const folder = track(temporaryFolder());
    const first = await sqs(folder.path);
    const Entries = ['a', 'b', 'c'].map((id) => ({ Id: id, MessageBody: id }));
    await first.send(new SendMessageBatchCommand({ QueueUrl: url('send'), Entries }));
    const taken = await first.send(receive('send'));
    await first.close();
    const second = await sqs(folder.path);
    const rest = await second.send(receive('send', { MaxNumberOfMessages: 10 }));
    expect(rest.Messages?.map((message) => message.Body)).toEqual(['b', 'c']);
    const deleted = (taken.Messages ?? []).map((message) => ({ Id: 'a', ReceiptHandle: message.ReceiptHandle }));
    await second.send(new DeleteMessageBatchCommand({ QueueUrl: url('send'), Entries: deleted }));
    const { Attributes } = await second.send(
      new GetQueueAttributesCommand({ QueueUrl: url('send'), AttributeNames: ['All'] }),
    );
    expect(Attributes?.ApproximateNumberOfMessagesNotVisible).toBe('2');
  });

  it('moves a message that is received too often to the dead-letter queue, and back with a move task', async () => {
    const client = await sqs(track(temporaryFolder()).path);
    await client.send(new SendMessageCommand({ QueueUrl: url('send'), MessageBody: 'poison' }));
    const { Messages } = await client.send(receive('send'));
    await client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: url('send'),
        ReceiptHandle: Messages?.[0]?.ReceiptHandle,
        VisibilityTimeout: 0,
      }),
    );
    expect((await client.send(receive('send'))).Messages).toBeUndefined();
    await client.send(new StartMessageMoveTaskCommand({ SourceArn: arn('send-dlq') }));
    const back = await eventually(async () => (await client.send(receive('send'))).Messages?.[0]);
    expect(back.Body).toBe('poison');
    expect(back.Attributes?.ApproximateReceiveCount).toBe('1');
    const tasks = await client.send(new ListMessageMoveTasksCommand({ SourceArn: arn('send-dlq') }));
    expect(tasks.Results).toMatchObject([{ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 1 }]);
  });

  it('refuses a move task from a queue that is not a dead-letter queue', async () => {
    const client = await sqs(track(temporaryFolder()).path);
    await expect(client.send(new StartMessageMoveTaskCommand({ SourceArn: arn('send') }))).rejects.toThrow(
      'Source queue must be configured as a Dead Letter Queue.',
    );
  });

  it('answers for a missing queue as SQS does', async () => {
    const client = await sqs(track(temporaryFolder()).path);
    await expect(client.send(receive('none'))).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
  });
});
