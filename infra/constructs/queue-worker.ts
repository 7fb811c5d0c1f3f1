import { type CfnCondition, Duration } from 'aws-cdk-lib';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Foundation } from '../foundation.ts';
import { physicalName } from '../stages.ts';
import { type Access, allow } from './access.ts';
import { ProductFunction, type ProductFunctionProps } from './product-function.ts';

const TIMEOUT_SECONDS = 10;
/**
 * Both as Lambda recommends: a visibility of at least six times the function's timeout, and at least 5 receives, because throttled
 * invocations use up receives too. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
const VISIBILITY_FACTOR = 6;
const MAX_RECEIVES = 5;

export interface QueueWorkerProps extends Omit<ProductFunctionProps, 'timeoutSeconds' | 'routes'> {
  queueName: string;
  /** The environment variable that holds the queue's URL. */
  urlVariable: string;
  /** 10 by default. */
  timeoutSeconds?: number;
  /** Messages of one invocation. */
  batchSize?: number;
  /** Invocations at once; an event source takes no less than 2. */
  maximumConcurrency: number;
  /** The function reads the queue only where this holds. */
  condition?: CfnCondition;
}

/** A queue with its dead-letter queue, and the function that processes its messages. */
export class QueueWorker extends Construct {
  /** Without the stage, such as `send`. */
  readonly queueName: string;
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly function: ProductFunction;
  readonly #urlVariable: string;

  constructor(scope: Construct, id: string, shared: Foundation, props: QueueWorkerProps) {
    super(scope, id);
    const { queueName, urlVariable, batchSize = 10, maximumConcurrency, condition, ...functionProps } = props;
    const { timeoutSeconds = TIMEOUT_SECONDS, putsMessagesBack = true } = props;
    const queue = (queueId: string, name: string, rest: QueueProps = {}) =>
      new Queue(this, queueId, {
        queueName: physicalName(shared.stage, name),
        encryption: QueueEncryption.SQS_MANAGED,
        enforceSSL: true,
        retentionPeriod: Duration.days(14),
        ...rest,
      });
    this.queueName = queueName;
    this.#urlVariable = urlVariable;
    this.deadLetters = queue('DeadLetters', `${queueName}-dlq`);
    this.queue = queue('Queue', queueName, {
      visibilityTimeout: Duration.seconds(VISIBILITY_FACTOR * timeoutSeconds),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: MAX_RECEIVES },
    });

    // Most workers also send: delayed copies of messages that have to wait. `core/` bounds how often and how long.
    const own = this.access([
      ...['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'],
      ...(putsMessagesBack ? ['SendMessage'] : []),
    ]);
    this.function = new ProductFunction(this, 'Function', shared, {
      ...functionProps,
      timeoutSeconds,
      putsMessagesBack,
      access: [own, ...(functionProps.access ?? [])],
    });
    const mapping = new CfnEventSourceMapping(this, 'Messages', {
      functionName: this.function.functionName,
      eventSourceArn: this.queue.queueArn,
      batchSize,
      scalingConfig: { maximumConcurrency },
      functionResponseTypes: ['ReportBatchItemFailures'],
    });
    if (condition) mapping.cfnOptions.condition = condition;
  }

  /** Access by these actions; the function finds the queue's URL in the variable. */
  access(actions: readonly string[], urlVariable = this.#urlVariable): Access {
    return {
      environment: { [urlVariable]: this.queue.queueUrl },
      statements: [allow('sqs', actions, this.queue.queueArn)],
    };
  }
}
