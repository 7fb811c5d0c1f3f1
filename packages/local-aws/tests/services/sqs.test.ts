import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListMessageMoveTasksCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { AWS_LIMITS, limitsOf, type Maxima } from '../../src/limits/limits.ts';
import { startSqs } from '../../src/sqs/sqs.ts';
import { clientOptions, closing, eventually, gatewayFor, temporaryFolder } from './support.ts';

const track = closing();
const arn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;
const url = (name: string) => `http://127.0.0.1:4566/000000000000/${name}`;

async function sqs(
  folder: string,
  { max, visibility = '60' }: { max: Maxima; visibility?: string } = AWS_LIMITS,
): Promise<SQSClient & { close(): Promise<void> }> {
  const service = await startSqs({
    folder,
    awsEndpoint: 'http://127.0.0.1:4566',
    max,
    queues: [
      { name: 'send-dlq', attributes: {} },
      {
        name: 'send',
        attributes: {
          VisibilityTimeout: visibility,
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

describe('the limits of SQS', () => {
  const MIB = 1024 * 1024;
  const QueueUrl = url('send');
  const send = (bytes: number) => new SendMessageCommand({ QueueUrl, MessageBody: 'x'.repeat(bytes) });
  const batch = (entries: number, bytes: number) =>
    new SendMessageBatchCommand({
      QueueUrl,
      Entries: Array.from({ length: entries }, (_, n) => ({ Id: `m${n}`, MessageBody: 'x'.repeat(bytes) })),
    });
  const all = { 'sqs.batchEntries': false, 'sqs.messageBytes': false } as const;

  it('are 1 MiB for a message and for the messages of a batch', async () => {
    const client = await sqs(track(temporaryFolder()).path);
    await client.send(send(MIB));
    await expect(client.send(send(MIB + 1))).rejects.toMatchObject({
      name: expect.stringMatching(/InvalidParameterValue$/),
      message: 'One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.',
    });
    expect((await client.send(batch(4, MIB / 4))).Successful).toHaveLength(4);
    await expect(client.send(batch(4, MIB / 4 + 1))).rejects.toMatchObject({ name: 'BatchRequestTooLong' });
  });

  it('are 10 entries of a batch that is sent, deleted or changed', async () => {
    const client = await sqs(track(temporaryFolder()).path);
    expect((await client.send(batch(10, 1))).Successful).toHaveLength(10);
    const Entries = Array.from({ length: 11 }, (_, n) => ({ Id: `m${n}`, ReceiptHandle: 'h', VisibilityTimeout: 0 }));
    const tooMany = { name: 'TooManyEntriesInBatchRequest' };
    await expect(client.send(batch(11, 1))).rejects.toMatchObject(tooMany);
    await expect(client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))).rejects.toMatchObject(tooMany);
    await expect(client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }))).rejects.toMatchObject(
      tooMany,
    );
  });

  it('can be switched off, and are back after a restart', async () => {
    const folder = track(temporaryFolder()).path;
    const client = await sqs(folder, limitsOf(all));
    await client.send(send(2 * MIB));
    expect((await client.send(batch(12, MIB / 8))).Successful).toHaveLength(12);
    const Entries = Array.from({ length: 11 }, (_, n) => ({ Id: `m${n}`, ReceiptHandle: 'h' }));
    expect((await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))).Successful).toHaveLength(11);
    await client.close();
    const again = await sqs(folder);
    await expect(again.send(send(2 * MIB))).rejects.toThrow('Message must be shorter than 1048576 bytes');
  });

  it('can be set, and the entries of a batch succeed and fail one by one', async () => {
    const client = await sqs(
      track(temporaryFolder()).path,
      limitsOf({ 'sqs.batchEntries': 2, 'sqs.messageBytes': 2_000 }),
    );
    await expect(client.send(batch(3, 1))).rejects.toMatchObject({ name: 'TooManyEntriesInBatchRequest' });
    await expect(client.send(batch(2, 1_001))).rejects.toMatchObject({ name: 'BatchRequestTooLong' });
    const Entries = [
      { Id: 'good', MessageBody: 'a' },
      { Id: 'bad', MessageBody: '\u0000' },
    ];
    expect(await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }))).toMatchObject({
      Successful: [{ Id: 'good', MessageId: expect.any(String) }],
      Failed: [{ Id: 'bad', SenderFault: true, Code: 'InvalidMessageContents' }],
    });
  });
});

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

  it('keeps what a caller set over a restart, until the template changes', async () => {
    const folder = track(temporaryFolder());
    const QueueUrl = url('send');
    const visibility = async (client: SQSClient) => {
      const read = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['VisibilityTimeout'] });
      return (await client.send(read)).Attributes?.VisibilityTimeout;
    };
    const first = await sqs(folder.path);
    expect(await visibility(first)).toBe('60');
    await first.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: '15' } }));
    await first.close();
    const second = await sqs(folder.path);
    expect(await visibility(second)).toBe('15');
    await second.close();
    expect(await visibility(await sqs(folder.path, { ...AWS_LIMITS, visibility: '90' }))).toBe('90');
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

  it.each([
    [{ Id: '1', MessageBody: 'x' }, { Id: '2' }],
    [{ Id: '1', MessageBody: 'x' }, null],
  ])('names the message of a batch that has no body: %j', async (...entries) => {
    const service = await startSqs({
      folder: track(temporaryFolder()).path,
      awsEndpoint: 'http://127.0.0.1:4566',
      max: AWS_LIMITS.max,
      queues: [{ name: 'send', attributes: {} }],
    });
    track(service);
    const { status, body } = await service.call(
      'SendMessageBatch',
      JSON.stringify({ QueueUrl: url('send'), Entries: entries }),
    );

    expect([status, JSON.parse(body)]).toEqual([
      400,
      expect.objectContaining({ message: expect.stringContaining('SendMessageBatchRequestEntry.2.MessageBody') }),
    ]);
  });

  it('answers for a missing queue as SQS does', async () => {
    const client = await sqs(track(temporaryFolder()).path);
    await expect(client.send(receive('none'))).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
  });
});
