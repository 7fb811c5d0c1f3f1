import type { Gateway } from '../../gateway/gateway.ts';

export interface QueueMessage {
  MessageId: string;
  ReceiptHandle: string;
  Body: string;
  MD5OfBody?: string;
  Attributes?: Record<string, string>;
  MessageAttributes?: Record<string, { DataType: string; StringValue?: string; BinaryValue?: string }>;
  MD5OfMessageAttributes?: string;
}

export interface QueueClientOptions {
  gateway: Pick<Gateway, 'call'>;
  accessKeyId: string;
  queueUrl: string;
}

/**
 * The two SQS calls of an event source. They pass the gateway's chain without HTTP, because two connections for each of many queues
 * would use up the file descriptors of a process that may have few.
 */
export class QueueClient {
  private readonly options: QueueClientOptions;

  constructor(options: QueueClientOptions) {
    this.options = options;
  }

  async receive(max: number, waitSeconds: number, signal: AbortSignal): Promise<QueueMessage[]> {
    const answer = await this.call(
      'ReceiveMessage',
      {
        QueueUrl: this.options.queueUrl,
        MaxNumberOfMessages: max,
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      },
      signal,
    );
    return (answer.Messages as QueueMessage[] | undefined) ?? [];
  }

  /** Deletes up to ten messages. As on AWS, a message that was not deleted returns after its visibility timeout. */
  async deleteBatch(messages: readonly QueueMessage[]): Promise<void> {
    await this.call('DeleteMessageBatch', {
      QueueUrl: this.options.queueUrl,
      Entries: messages.map((message, index) => ({ Id: String(index), ReceiptHandle: message.ReceiptHandle })),
    });
  }

  private async call(operation: string, input: object, signal?: AbortSignal): Promise<Record<string, unknown>> {
    const { gateway, accessKeyId } = this.options;
    const answered = gateway.call({ service: 'sqs', operation, accessKeyId, body: JSON.stringify(input) });
    const { status, body } = await (signal ? unlessAborted(signal, answered) : answered);
    const text = String(body ?? '');
    if (status !== 200) throw new Error(`${operation} answered ${status}: ${text.slice(0, 500)}`);
    return text === '' ? {} : JSON.parse(text);
  }
}

/** The answer, unless the signal aborts first: then it rejects with the signal's reason. */
function unlessAborted<T>(signal: AbortSignal, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
