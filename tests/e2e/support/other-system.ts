import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { awsOf } from '../fire/support.ts';
import { eventually, type Product } from './product.ts';

/** An event as a target receives it. */
export interface Told {
  source: string;
  'detail-type': string;
  detail: Record<string, unknown>;
}

/** Another system: a rule of its own on the product's bus, and a queue as its target. */
export async function otherSystem(product: Product, pattern: object) {
  const [events, sqs] = [new EventBridgeClient(awsOf(product)), new SQSClient(awsOf(product))];
  const rule = { Name: 'other-system', EventBusName: 'pregon-dev-events' };
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: rule.Name }));
  await events.send(new PutRuleCommand({ ...rule, EventPattern: JSON.stringify(pattern) }));
  const Targets = [{ Id: 'queue', Arn: `arn:aws:sqs:us-east-1:000000000000:${rule.Name}` }];
  await events.send(new PutTargetsCommand({ Rule: rule.Name, EventBusName: rule.EventBusName, Targets }));
  const told: Told[] = [];
  return {
    /** Resolves to all that it was told, once that is enough. */
    async told(isEnough: (told: readonly Told[]) => boolean): Promise<readonly Told[]> {
      await eventually(async () => {
        const receive = { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1, VisibilityTimeout: 600 };
        const { Messages = [] } = await sqs.send(new ReceiveMessageCommand(receive));
        told.push(...Messages.map(({ Body = '' }) => JSON.parse(Body)));
        return isEnough(told);
      });
      return told;
    },
    close() {
      events.destroy();
      sqs.destroy();
    },
  };
}
