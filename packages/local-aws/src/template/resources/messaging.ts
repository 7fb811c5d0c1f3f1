import { arnOf, nameOf, type ResourceType } from '../resource-type.ts';

const queue: ResourceType = {
  nameProperty: 'QueueName',
  identify(resource) {
    const { FifoQueue: fifo } = resource.properties;
    const isFifo = fifo === true || fifo === 'true';
    // The name of a FIFO queue must end with .fifo, also a generated one.
    const name = nameOf(
      { ...resource, generatedName: `${resource.generatedName}${isFifo ? '.fifo' : ''}` },
      'QueueName',
    );
    const arn = arnOf(resource.naming, 'sqs', name);
    const url = `${resource.naming.awsEndpoint}/${resource.naming.account}/${name}`;
    return { physicalId: url, arn, ref: url, attributes: { Arn: arn, QueueName: name, QueueUrl: url } };
  },
  honoured: [
    'QueueName',
    'VisibilityTimeout',
    'DelaySeconds',
    'MaximumMessageSize',
    'MessageRetentionPeriod',
    'ReceiveMessageWaitTimeSeconds',
    'RedrivePolicy',
    'RedriveAllowPolicy',
    'FifoQueue',
    'ContentBasedDeduplication',
  ],
  withoutMeaning: ['KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds', 'SqsManagedSseEnabled', 'Tags'],
};

const queuePolicy: ResourceType = {
  identify: ({ generatedName }) => ({ physicalId: generatedName }),
  honoured: ['PolicyDocument', 'Queues'],
  withoutMeaning: [],
};

const rule: ResourceType = {
  nameProperty: 'Name',
  identify(resource) {
    const name = nameOf(resource, 'Name');
    const bus = resource.properties.EventBusName;
    const path =
      typeof bus === 'string' && bus !== 'default' ? `rule/${bus.split('/').at(-1)}/${name}` : `rule/${name}`;
    const arn = arnOf(resource.naming, 'events', path);
    return { physicalId: name, arn, attributes: { Arn: arn } };
  },
  honoured: [
    'Name',
    'EventBusName',
    'EventPattern',
    'ScheduleExpression',
    'State',
    'Targets.Id',
    'Targets.Arn',
    'Targets.Input',
    'Targets.InputPath',
    'Targets.InputTransformer',
    'Targets.RetryPolicy',
    'Targets.DeadLetterConfig',
    'Targets.RoleArn',
  ],
  withoutMeaning: ['Description', 'Tags'],
};

const eventBus: ResourceType = {
  nameProperty: 'Name',
  identify(resource) {
    const name = nameOf(resource, 'Name');
    const arn = arnOf(resource.naming, 'events', `event-bus/${name}`);
    return { physicalId: name, arn, attributes: { Arn: arn, Name: name } };
  },
  honoured: ['Name'],
  withoutMeaning: ['Description', 'Tags', 'KmsKeyIdentifier'],
};

const schedule: ResourceType = {
  nameProperty: 'Name',
  identify(resource) {
    const name = nameOf(resource, 'Name');
    const group = resource.properties.GroupName;
    const arn = arnOf(
      resource.naming,
      'scheduler',
      `schedule/${typeof group === 'string' ? group : 'default'}/${name}`,
    );
    return { physicalId: name, arn, attributes: { Arn: arn } };
  },
  honoured: [
    'Name',
    'GroupName',
    'ScheduleExpression',
    'ScheduleExpressionTimezone',
    'State',
    'Target.Arn',
    'Target.Input',
    'Target.RetryPolicy',
    'Target.DeadLetterConfig',
    'Target.RoleArn',
  ],
  withoutMeaning: ['Description', 'FlexibleTimeWindow', 'KmsKeyArn'],
};

const emailIdentity: ResourceType = {
  nameProperty: 'EmailIdentity',
  identify(resource) {
    const name = nameOf(resource, 'EmailIdentity');
    const dkim = [1, 2, 3].flatMap((n) => [
      [`DkimDNSTokenName${n}`, `local${n}._domainkey.${name}`],
      [`DkimDNSTokenValue${n}`, `local${n}.dkim.amazonses.com`],
    ]);
    return {
      physicalId: name,
      arn: arnOf(resource.naming, 'ses', `identity/${name}`),
      attributes: Object.fromEntries(dkim) as Record<string, string>,
    };
  },
  honoured: ['EmailIdentity'],
  withoutMeaning: ['DkimAttributes', 'DkimSigningAttributes', 'FeedbackAttributes', 'MailFromAttributes', 'Tags'],
};

const configurationSet: ResourceType = {
  nameProperty: 'Name',
  identify: (resource) => ({ physicalId: nameOf(resource, 'Name') }),
  honoured: ['Name'],
  withoutMeaning: [
    'DeliveryOptions',
    'ReputationOptions',
    'SendingOptions',
    'SuppressionOptions',
    'TrackingOptions',
    'VdmOptions',
    'Tags',
  ],
};

const eventDestination: ResourceType = {
  identify: ({ generatedName }) => ({ physicalId: generatedName }),
  honoured: [
    'ConfigurationSetName',
    'EventDestination.Enabled',
    'EventDestination.EventBridgeDestination',
    'EventDestination.MatchingEventTypes',
  ],
  withoutMeaning: ['EventDestination.Name'],
};

export const messaging: Record<string, ResourceType> = {
  'AWS::SQS::Queue': queue,
  'AWS::SQS::QueuePolicy': queuePolicy,
  'AWS::Events::Rule': rule,
  'AWS::Events::EventBus': eventBus,
  'AWS::Scheduler::Schedule': schedule,
  'AWS::SES::EmailIdentity': emailIdentity,
  'AWS::SES::ConfigurationSet': configurationSet,
  'AWS::SES::ConfigurationSetEventDestination': eventDestination,
};
