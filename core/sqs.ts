import { SendMessageBatchCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** A message for an SQS queue. The body is sent as JSON. */
export interface QueueMessage {
  body: unknown;
  delaySeconds?: number;
}

/** Of SendMessageBatch. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const BATCH_SIZE = 10;
/** DelaySeconds is a whole number up to this. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const MAX_DELAY_S = 900;

/** Longer delays are cut to 15 minutes. */
const delay = (seconds = 0) => (seconds > 0 ? { DelaySeconds: Math.min(MAX_DELAY_S, Math.ceil(seconds)) } : {});

export async function sendMessage(
  sqs: SQSClient,
  queueUrl: string,
  { body, delaySeconds }: QueueMessage,
): Promise<void> {
  const input = { QueueUrl: queueUrl, MessageBody: JSON.stringify(body), ...delay(delaySeconds) };
  await sqs.send(new SendMessageCommand(input));
}

/** Queues all messages, ten in a call. Resolves to those that were not queued, by index, with the reason; does not reject. */
export async function sendMessages(
  sqs: SQSClient,
  queueUrl: string,
  messages: readonly QueueMessage[],
): Promise<Map<number, string>> {
  const failed = new Map<number, string>();
  const starts = Array.from({ length: Math.ceil(messages.length / BATCH_SIZE) }, (_, n) => n * BATCH_SIZE);
  await Promise.all(
    starts.map(async (start) => {
      const part = messages.slice(start, start + BATCH_SIZE);
      const entries = part.map(({ body, delaySeconds }, n) => ({
        Id: String(start + n),
        MessageBody: JSON.stringify(body),
        ...delay(delaySeconds),
      }));
      try {
        const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }));
        for (const { Id, Code, Message } of Failed) failed.set(Number(Id), `${Code} ${Message ?? ''}`.trim());
      } catch (error) {
        for (const { Id } of entries) failed.set(Number(Id), error instanceof Error ? error.message : String(error));
      }
    }),
  );
  return failed;
}
