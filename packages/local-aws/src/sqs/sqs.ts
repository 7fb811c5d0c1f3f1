import type { Template, TemplateResource } from '../template/template.ts';
import { startWorkerService, type WorkerService } from '../threads/worker-service.ts';
import type { SqsWorkerData } from './protocol.ts';
import type { QueueDefinition } from './state/queue-store.ts';

export interface SqsOptions extends SqsWorkerData {
  readonly onExit?: (reason: Error) => void;
}

/** Starts SQS in a thread of its own: fauxqs' queues, on disk. Queue URLs begin with `awsEndpoint`. */
export function startSqs({ onExit, ...data }: SqsOptions): Promise<WorkerService> {
  return startWorkerService({
    service: 'sqs',
    entry: new URL('./protocol.ts', import.meta.url),
    workerData: data satisfies SqsWorkerData,
    ...(onExit ? { onExit } : {}),
  });
}

const ATTRIBUTES = [
  'VisibilityTimeout',
  'DelaySeconds',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'FifoQueue',
  'ContentBasedDeduplication',
] as const;

/** The queues of a template. */
export function queuesOf(template: Template): QueueDefinition[] {
  return template.ofType('AWS::SQS::Queue').map(queueOf);
}

function queueOf({ physicalId, properties }: TemplateResource): QueueDefinition {
  const attributes: Record<string, string> = {};
  for (const name of ATTRIBUTES) {
    const value = properties[name];
    if (value !== undefined) attributes[name] = typeof value === 'object' ? JSON.stringify(value) : String(value);
  }
  return { name: physicalId.slice(physicalId.lastIndexOf('/') + 1), attributes };
}
