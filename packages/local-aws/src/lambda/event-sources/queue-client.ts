import { Agent, request } from 'node:http';

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
  awsEndpoint: string;
  region: string;
  accessKeyId: string;
  queueUrl: string;
}

/** The two SQS calls of an event source, in AWS JSON 1.0. An SDK client would cost more per call. */
export class QueueClient {
  private readonly options: QueueClientOptions;
  private readonly agent = new Agent({ keepAlive: true });
  private readonly authorization: string;

  constructor(options: QueueClientOptions) {
    this.options = options;
    const scope = `20260101/${options.region}/sqs/aws4_request`;
    this.authorization = `AWS4-HMAC-SHA256 Credential=${options.accessKeyId}/${scope}, SignedHeaders=host, Signature=local`;
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

  close(): void {
    this.agent.destroy();
  }

  private call(operation: string, input: object, signal?: AbortSignal): Promise<Record<string, unknown>> {
    const body = JSON.stringify(input);
    return new Promise((resolve, reject) => {
      const outgoing = request(
        this.options.awsEndpoint,
        {
          method: 'POST',
          agent: this.agent,
          ...(signal && { signal }),
          headers: {
            'content-type': 'application/x-amz-json-1.0',
            'content-length': Buffer.byteLength(body),
            'x-amz-target': `AmazonSQS.${operation}`,
            authorization: this.authorization,
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            if (response.statusCode === 200) resolve(text === '' ? {} : JSON.parse(text));
            else reject(new Error(`${operation} answered ${response.statusCode}: ${text.slice(0, 500)}`));
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
}
