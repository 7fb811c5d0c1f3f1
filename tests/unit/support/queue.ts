import { randomUUID } from 'node:crypto';
import { CreateQueueCommand, DeleteQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startFauxqs } from 'fauxqs';
import { ANYBODY, givenService, REGION } from './aws.ts';

/** A queue of its own with dead letters: in another SQS where the environment names one, else in memory. */
export async function openQueue() {
  const given = givenService('SQS');
  const server = given ? undefined : await startFauxqs({ port: 0, logger: false });
  const sqs = new SQSClient(given ?? { endpoint: server?.address ?? '', region: REGION, credentials: ANYBODY });
  const name = `send-${randomUUID()}`;
  const create = async (QueueName: string, Attributes = {}) =>
    (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? '';

  const deadLetterQueueUrl = await create(`${name}-dlq`);
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: deadLetterQueueUrl, AttributeNames: ['QueueArn'] }),
  );
  const queueUrl = await create(name, {
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: 5 }),
  });
  return {
    sqs,
    queueUrl,
    deadLetterQueueUrl,
    async close() {
      if (given) {
        for (const QueueUrl of [queueUrl, deadLetterQueueUrl]) await sqs.send(new DeleteQueueCommand({ QueueUrl }));
      }
      sqs.destroy();
      await server?.stop();
    },
  };
}
