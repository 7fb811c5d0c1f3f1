import { arnOf, nameOf, type ResourceType } from '../resource-type.ts';

/** Types whose resources watch or describe others. They have no effect here, and the stack behaves the same. */
const logGroup: ResourceType = {
  nameProperty: 'LogGroupName',
  identify(resource) {
    const name = nameOf(resource, 'LogGroupName');
    const arn = arnOf(resource.naming, 'logs', `log-group:${name}:*`);
    return { physicalId: name, arn, attributes: { Arn: arn } };
  },
  honoured: [],
  withoutMeaning: ['*'],
};

const alarm: ResourceType = {
  nameProperty: 'AlarmName',
  identify(resource) {
    const name = nameOf(resource, 'AlarmName');
    const arn = arnOf(resource.naming, 'cloudwatch', `alarm:${name}`);
    return { physicalId: name, arn, attributes: { Arn: arn } };
  },
  honoured: [],
  withoutMeaning: ['*'],
};

const topic: ResourceType = {
  nameProperty: 'TopicName',
  identify(resource) {
    const name = nameOf(resource, 'TopicName');
    const arn = arnOf(resource.naming, 'sns', name);
    return { physicalId: arn, arn, attributes: { TopicArn: arn, TopicName: name } };
  },
  honoured: [],
  // Alarms publish to topics, and alarms do not fire here. A program that publishes gets an error, because SNS is missing.
  withoutMeaning: ['*'],
};

const PEOPLE = ['email', 'email-json', 'sms', 'http', 'https', 'application'];

/** Subscriptions of people and outside services are ignored. Those of queues and functions are reported, because they matter. */
const subscription: ResourceType = {
  identify: ({ generatedName }) => ({ physicalId: generatedName }),
  honoured: [],
  withoutMeaning: ['*'],
  notEmulated: ({ Protocol }) => (PEOPLE.includes(String(Protocol)) ? undefined : `the protocol ${Protocol}`),
};

const nothing: ResourceType = {
  identify: ({ generatedName }) => ({ physicalId: generatedName }),
  honoured: [],
  withoutMeaning: ['*'],
};

export const watching: Record<string, ResourceType> = {
  'AWS::Logs::LogGroup': logGroup,
  'AWS::Logs::MetricFilter': nothing,
  'AWS::CloudWatch::Alarm': alarm,
  'AWS::CloudWatch::CompositeAlarm': alarm,
  'AWS::CloudWatch::Dashboard': nothing,
  'AWS::SNS::Topic': topic,
  'AWS::SNS::Subscription': subscription,
  'AWS::SNS::TopicPolicy': nothing,
  'AWS::CDK::Metadata': nothing,
};
