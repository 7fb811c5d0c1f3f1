import { type AccessOf, bodyOf, text } from './request.ts';

const INVOCATIONS = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** Lambda: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html. An alias or a version is part of the resource. */
export const lambdaAccess: AccessOf = ({ path, query, operation }, names) => {
  const name = INVOCATIONS.exec(path)?.[1];
  if (operation !== 'Invoke' || name === undefined) return undefined;
  const named = decodeURIComponent(name).replace(/^(?:\d+:)?function:/, '');
  const whole = named.startsWith('arn:') ? named : names.arn('lambda', `function:${named}`);
  const qualifier = query.get('Qualifier');
  return [{ action: 'lambda:InvokeFunction', resource: qualifier === null ? whole : `${whole}:${qualifier}` }];
};

/** The member of a request that has the ARN. */
const RESOURCE_MEMBERS: Readonly<Record<string, string>> = {
  DeleteStateMachine: 'stateMachineArn',
  DescribeExecution: 'executionArn',
  DescribeMapRun: 'mapRunArn',
  DescribeStateMachine: 'stateMachineArn',
  DescribeStateMachineForExecution: 'executionArn',
  GetExecutionHistory: 'executionArn',
  ListMapRuns: 'executionArn',
  RedriveExecution: 'executionArn',
  StartExecution: 'stateMachineArn',
  StartSyncExecution: 'stateMachineArn',
  StopExecution: 'executionArn',
  UpdateMapRun: 'mapRunArn',
  UpdateStateMachine: 'stateMachineArn',
};
export const ANSWERS_OF_TASKS = new Set(['SendTaskSuccess', 'SendTaskFailure', 'SendTaskHeartbeat']);
const WITHOUT_RESOURCE = new Set(['ListStateMachines', 'ValidateStateMachineDefinition', ...ANSWERS_OF_TASKS]);

/** Step Functions: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html */
export const statesAccess: AccessOf = (request, names) => {
  const { operation } = request;
  const action = `states:${operation}`;
  if (WITHOUT_RESOURCE.has(operation)) return [{ action, resource: '*' }];
  const body = bodyOf(request);
  if (operation === 'CreateStateMachine') {
    return [{ action, resource: names.arn('states', `stateMachine:${text(body, 'name')}`) }];
  }
  if (operation === 'ListExecutions') {
    return [{ action, resource: text(body, 'stateMachineArn') || text(body, 'mapRunArn') }];
  }
  const member = RESOURCE_MEMBERS[operation];
  return member === undefined ? undefined : [{ action, resource: text(body, member) }];
};

const ON_SECRET = new Set(['DescribeSecret', 'GetSecretValue', 'PutSecretValue', 'UpdateSecret', 'DeleteSecret']);

/** Secrets Manager: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html */
export const secretsAccess: AccessOf = (request, names) => {
  const { operation } = request;
  const action = `secretsmanager:${operation}`;
  if (operation === 'ListSecrets') return [{ action, resource: '*' }];
  if (!ON_SECRET.has(operation)) return undefined;
  const body = bodyOf(request);
  const resource = names.secretArn(text(body, 'SecretId'));
  const version = text(body, 'VersionId');
  return [
    {
      action,
      resource,
      context: {
        'secretsmanager:secretid': resource,
        'secretsmanager:versionstage': text(body, 'VersionStage') || 'AWSCURRENT',
        ...(version !== '' && { 'secretsmanager:versionid': version }),
      },
    },
  ];
};
