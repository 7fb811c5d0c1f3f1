import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { physicalName, type Stage } from './stages.ts';

/** A function that consumes a lane ends within this; the visibility is six times as long, as Lambda asks for. */
export const CONSUMER_TIMEOUT = Duration.seconds(10);
const VISIBILITY = Duration.seconds(60);

/** A queue with its dead-letter queue: one lane of the delivery core. */
export class Lane extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, stage: Stage, name: string) {
    super(scope, id);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      queueName: physicalName(stage, `${name}-dlq`),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    this.queue = new Queue(this, 'Queue', {
      queueName: physicalName(stage, name),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: VISIBILITY,
      retentionPeriod: Duration.days(14),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 5 },
    });
  }
}
