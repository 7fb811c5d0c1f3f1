import type { QueueMessage } from './queue-client.ts';

/** The event that Lambda passes to a function for a batch of SQS messages. */
export function sqsEvent(messages: readonly QueueMessage[], queueArn: string, region: string): object {
  return {
    Records: messages.map((message) => ({
      messageId: message.MessageId,
      receiptHandle: message.ReceiptHandle,
      body: message.Body,
      attributes: message.Attributes ?? {},
      messageAttributes: Object.fromEntries(
        Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
          name,
          {
            dataType: value.DataType,
            ...(value.StringValue !== undefined && { stringValue: value.StringValue }),
            ...(value.BinaryValue !== undefined && { binaryValue: value.BinaryValue }),
            stringListValues: [],
            binaryListValues: [],
          },
        ]),
      ),
      md5OfBody: message.MD5OfBody ?? '',
      ...(message.MD5OfMessageAttributes && { md5OfMessageAttributes: message.MD5OfMessageAttributes }),
      eventSource: 'aws:sqs',
      eventSourceARN: queueArn,
      awsRegion: region,
    })),
  };
}

/**
 * The messages of a batch that the function reported as failed. Undefined means all of them, which is how Lambda treats an invalid
 * response: one without a list, or with an empty or unknown id.
 */
export function failedMessageIds(payload: string, messageIds: readonly string[]): ReadonlySet<string> | undefined {
  const answer: unknown = JSON.parse(payload);
  if (answer === null || answer === '') return new Set();
  if (typeof answer !== 'object' || !('batchItemFailures' in answer)) return new Set();
  const failures = answer.batchItemFailures;
  if (failures === null) return new Set();
  if (!Array.isArray(failures)) return undefined;
  const known = new Set(messageIds);
  const failed = new Set<string>();
  for (const failure of failures) {
    const id: unknown = failure?.itemIdentifier;
    if (typeof id !== 'string' || !known.has(id)) return undefined;
    failed.add(id);
  }
  return failed;
}
