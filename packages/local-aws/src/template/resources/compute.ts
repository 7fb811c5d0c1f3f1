import { arnOf, nameOf, type ResourceType } from '../resource-type.ts';

const lambdaFunction: ResourceType = {
  nameProperty: 'FunctionName',
  identify(resource) {
    const name = nameOf(resource, 'FunctionName');
    const arn = arnOf(resource.naming, 'lambda', `function:${name}`);
    return { physicalId: name, arn, attributes: { Arn: arn } };
  },
  honoured: [
    'FunctionName',
    'Code',
    'Handler',
    'Role',
    'Timeout',
    'MemorySize',
    'Environment',
    'Runtime',
    'ReservedConcurrentExecutions',
    'RecursiveLoop',
  ],
  withoutMeaning: [
    'Architectures',
    'Description',
    'EphemeralStorage',
    'LoggingConfig',
    'RuntimeManagementConfig',
    'Tags',
    'TracingConfig',
  ],
};

const eventSourceMapping: ResourceType = {
  identify(resource) {
    const id = resource.generatedName;
    const arn = arnOf(resource.naming, 'lambda', `event-source-mapping:${id}`);
    return { physicalId: id, arn, attributes: { Id: id, EventSourceMappingArn: arn } };
  },
  honoured: [
    'FunctionName',
    'EventSourceArn',
    'BatchSize',
    'MaximumBatchingWindowInSeconds',
    'FunctionResponseTypes',
    'ScalingConfig.MaximumConcurrency',
    'Enabled',
  ],
  withoutMeaning: ['Tags', 'MetricsConfig'],
};

const eventInvokeConfig: ResourceType = {
  identify: ({ generatedName }) => ({ physicalId: generatedName }),
  honoured: ['FunctionName', 'Qualifier', 'MaximumRetryAttempts', 'MaximumEventAgeInSeconds'],
  withoutMeaning: [],
};

const permission: ResourceType = {
  identify: ({ generatedName }) => ({ physicalId: generatedName }),
  honoured: ['Action', 'FunctionName', 'Principal', 'SourceArn', 'SourceAccount'],
  withoutMeaning: [],
};

const role: ResourceType = {
  nameProperty: 'RoleName',
  identify(resource) {
    const name = nameOf(resource, 'RoleName');
    const { partition, account } = resource.naming;
    const { Path } = resource.properties;
    const arn = `arn:${partition}:iam::${account}:role${typeof Path === 'string' ? Path : '/'}${name}`;
    return { physicalId: name, arn, attributes: { Arn: arn, RoleId: name } };
  },
  honoured: ['RoleName', 'Path', 'Policies', 'ManagedPolicyArns', 'AssumeRolePolicyDocument', 'PermissionsBoundary'],
  withoutMeaning: ['Description', 'MaxSessionDuration', 'Tags'],
};

const policy: ResourceType = {
  nameProperty: 'PolicyName',
  identify: (resource) => ({ physicalId: nameOf(resource, 'PolicyName') }),
  honoured: ['PolicyName', 'PolicyDocument', 'Roles'],
  withoutMeaning: [],
};

const rolePolicy: ResourceType = {
  nameProperty: 'PolicyName',
  identify: (resource) => ({ physicalId: nameOf(resource, 'PolicyName') }),
  honoured: ['PolicyName', 'PolicyDocument', 'RoleName'],
  withoutMeaning: [],
};

const managedPolicy: ResourceType = {
  nameProperty: 'ManagedPolicyName',
  identify(resource) {
    const name = nameOf(resource, 'ManagedPolicyName');
    const { partition, account } = resource.naming;
    const { Path } = resource.properties;
    const arn = `arn:${partition}:iam::${account}:policy${typeof Path === 'string' ? Path : '/'}${name}`;
    return { physicalId: arn, arn };
  },
  honoured: ['ManagedPolicyName', 'Path', 'PolicyDocument', 'Roles'],
  withoutMeaning: ['Description'],
};

const stateMachine: ResourceType = {
  nameProperty: 'StateMachineName',
  identify(resource) {
    const name = nameOf(resource, 'StateMachineName');
    const arn = arnOf(resource.naming, 'states', `stateMachine:${name}`);
    return { physicalId: arn, arn, ref: arn, attributes: { Arn: arn, Name: name } };
  },
  honoured: [
    'StateMachineName',
    'StateMachineType',
    'Definition',
    'DefinitionString',
    'DefinitionS3Location',
    'DefinitionSubstitutions',
    'RoleArn',
  ],
  withoutMeaning: ['EncryptionConfiguration', 'LoggingConfiguration', 'Tags', 'TracingConfiguration'],
};

export const compute: Record<string, ResourceType> = {
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Lambda::EventSourceMapping': eventSourceMapping,
  'AWS::Lambda::EventInvokeConfig': eventInvokeConfig,
  'AWS::Lambda::Permission': permission,
  'AWS::IAM::Role': role,
  'AWS::IAM::Policy': policy,
  'AWS::IAM::RolePolicy': rolePolicy,
  'AWS::IAM::ManagedPolicy': managedPolicy,
  'AWS::StepFunctions::StateMachine': stateMachine,
};
