import { arnOf, nameOf, type ResourceType } from '../resource-type.ts';

/** Types whose resources watch or describe others: nothing here acts on them, and the product behaves the same. */
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
  // Alarms publish to it, and alarms do not fire here. A program that publishes is told that there is no SNS.
  withoutMeaning: ['*'],
};

const PEOPLE = ['email', 'email-json', 'sms', 'http', 'https', 'application'];

/** People and outside services hear nothing of this machine; a queue or a function that waits for messages is missed. */
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
