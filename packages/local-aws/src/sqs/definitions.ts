import type { Template, TemplateResource } from '../template/template.ts';

/** A queue as a CloudFormation template describes it, with the attribute names of SQS. */
export interface QueueDefinition {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
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
