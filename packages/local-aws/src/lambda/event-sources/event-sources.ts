import { availableParallelism } from 'node:os';
import type { Gateway } from '../../gateway/gateway.ts';
import { numberOr, objectOf } from '../../json.ts';
import type { Template } from '../../template/template.ts';
import type { LambdaRuntime } from '../runtime.ts';
import { SqsEventSource } from './event-source.ts';
import { watchLoad } from './load.ts';
import { QueueClient } from './queue-client.ts';

export interface EventSourcesOptions {
  template: Template;
  runtime: LambdaRuntime;
  gateway: Pick<Gateway, 'call'>;
  accessKeyFor(roleArn: string, sessionName: string): string;
  onProblem(message: string): void;
}

/** The default batch size of AWS, and the concurrency here of a mapping without ScalingConfig. */
const DEFAULT_BATCH_SIZE = 10;
const DEFAULT_CONCURRENCY = 5;
/**
 * The maximum concurrency of an event source here; on AWS it is two at least. Each instance has its own compiler and heap and handles a batch at once,
 * so more instances than cores cost a tenth more of the processor and handle no more messages.
 */
const MAX_CONCURRENCY = Math.max(2, availableParallelism());

/** The SQS event source mappings of a template. As on AWS, each polls with the permissions of its function. */
export function eventSourcesOf(options: EventSourcesOptions): SqsEventSource[] {
  const { template, runtime, gateway, accessKeyFor, onProblem } = options;
  const sources: SqsEventSource[] = [];
  const load = watchLoad();
  for (const mapping of template.ofType('AWS::Lambda::EventSourceMapping')) {
    const { properties } = mapping;
    if (properties.Enabled === false) continue;
    const queueArn = String(properties.EventSourceArn);
    const queue = template.ofType('AWS::SQS::Queue').find(({ arn }) => arn === queueArn);
    const target = runtime.find(String(properties.FunctionName));
    if (!queue || !target) {
      const what = queue ? `the function ${properties.FunctionName}` : `the event source ${queueArn}`;
      template.leaveOut(mapping, `${what} is not emulated`);
      continue;
    }
    const types = properties.FunctionResponseTypes;
    const client = new QueueClient({
      gateway,
      accessKeyId: accessKeyFor(target.roleArn, target.name),
      queueUrl: queue.physicalId,
    });
    sources.push(
      new SqsEventSource({
        client,
        queueArn,
        region: template.region,
        functionName: target.name,
        batchSize: numberOr(properties.BatchSize, DEFAULT_BATCH_SIZE),
        batchingWindowSeconds: numberOr(properties.MaximumBatchingWindowInSeconds, 0),
        maximumConcurrency: Math.min(
          numberOr(objectOf(properties.ScalingConfig).MaximumConcurrency, DEFAULT_CONCURRENCY),
          MAX_CONCURRENCY,
        ),
        reportBatchItemFailures: Array.isArray(types) && types.includes('ReportBatchItemFailures'),
        invoke: (name, payload, options) => runtime.invoke(name, payload, options),
        isWarm: () => runtime.isWarm(target.name),
        isOverloaded: load.isOverloaded,
        onProblem,
      }),
    );
  }
  return sources;
}
