import { functionSession, workflowSession } from '../gateway/principals.ts';
import type { Principal } from '../gateway/types.ts';
import { isObject, type Json, objectOf } from '../json.ts';
import { TemplateError } from '../template/errors.ts';
import type { Template, TemplateResource } from '../template/template.ts';
import type { Iam } from './iam.ts';

/**
 * Checks the roles of a template as AWS does when it creates the resources that use them. Throws TemplateError with every message, as the
 * deployment would fail.
 */
export function checkRoles(template: Template, iam: Iam): void {
  const problems = [
    ...template.ofType('AWS::Lambda::Function').flatMap((resource) => functionProblems(resource, iam)),
    ...template.ofType('AWS::Lambda::EventSourceMapping').flatMap((one) => sourceProblems(template, one, iam)),
    ...template.ofType('AWS::StepFunctions::StateMachine').flatMap((resource) => workflowProblems(resource, iam)),
    ...template.ofType('AWS::Events::Rule').flatMap((resource) => ruleProblems(resource, iam)),
    ...template.ofType('AWS::Scheduler::Schedule').flatMap((resource) => scheduleProblems(resource, iam)),
  ];
  if (problems.length > 0) throw new TemplateError(problems.join('\n'));
}

const refused = ({ logicalId, type }: TemplateResource, message: string) => `${logicalId} (${type}): ${message}`;

function functionProblems(resource: TemplateResource, iam: Iam): string[] {
  const { arn = '', physicalId, properties } = resource;
  const { Role, TracingConfig } = properties;
  if (typeof Role !== 'string') return [];
  const problems: string[] = [];
  if (!iam.trusts(Role, 'lambda.amazonaws.com', arn)) {
    problems.push(refused(resource, 'The role defined for the function cannot be assumed by Lambda.'));
  }
  const session = functionSession(Role, physicalId, arn);
  // https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
  if (objectOf(TracingConfig).Mode === 'Active' && lacks(iam, session, 'xray:PutTraceSegments', '*')) {
    const message = 'The provided execution role does not have permissions to call PutTraceSegments on XRAY';
    problems.push(refused(resource, message));
  }
  return problems;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions */
function sourceProblems(template: Template, mapping: TemplateResource, iam: Iam): string[] {
  const { FunctionName, EventSourceArn } = mapping.properties;
  const queueArn = String(EventSourceArn);
  const fn = template
    .ofType('AWS::Lambda::Function')
    .find(({ physicalId, arn }) => FunctionName === physicalId || FunctionName === arn);
  if (!/^arn:[^:]*:sqs:/.test(queueArn) || typeof fn?.properties.Role !== 'string') return [];
  const session = functionSession(fn.properties.Role, fn.physicalId, fn.arn ?? '');
  return ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes']
    .filter((action) => lacks(iam, session, `sqs:${action}`, queueArn))
    .map((action) => {
      const message = `The provided execution role does not have permissions to call ${action} on SQS`;
      return refused(mapping, message);
    });
}

/** What a state machine with logs needs, on every resource: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html */
const LOG_DELIVERY = [
  'CreateLogDelivery',
  'GetLogDelivery',
  'UpdateLogDelivery',
  'DeleteLogDelivery',
  'ListLogDeliveries',
  'PutResourcePolicy',
  'DescribeResourcePolicies',
  'DescribeLogGroups',
];

function workflowProblems(resource: TemplateResource, iam: Iam): string[] {
  const { arn = '', properties } = resource;
  const { RoleArn, LoggingConfiguration } = properties;
  if (typeof RoleArn !== 'string') return [];
  const problems: string[] = [];
  if (!iam.trusts(RoleArn, 'states.amazonaws.com', arn)) {
    const message =
      'Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.';
    problems.push(refused(resource, message));
  }
  const { Level = 'OFF' } = objectOf(LoggingConfiguration);
  const session = workflowSession(RoleArn);
  const missing = Level === 'OFF' ? [] : LOG_DELIVERY.filter((name) => lacks(iam, session, `logs:${name}`, '*'));
  if (missing.length > 0) {
    const message = 'The state machine IAM Role is not authorized to access the Log Destination';
    problems.push(refused(resource, `${message} (it lacks logs:${missing.join(', logs:')})`));
  }
  return problems;
}

function ruleProblems(resource: TemplateResource, iam: Iam): string[] {
  const targets: Json = resource.properties.Targets ?? [];
  return (Array.isArray(targets) ? targets : []).filter(isObject).flatMap(({ RoleArn }) => {
    if (typeof RoleArn !== 'string' || iam.trusts(RoleArn, 'events.amazonaws.com', resource.arn ?? '')) return [];
    return [refused(resource, `Provided role '${RoleArn}' cannot be assumed by principal 'events.amazonaws.com'.`)];
  });
}

function scheduleProblems(resource: TemplateResource, iam: Iam): string[] {
  const { RoleArn } = objectOf(resource.properties.Target);
  // The source is the group of the schedule: https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
  const group = (resource.arn ?? '').replace(/:schedule\/([^/]+)\/.*$/, ':schedule-group/$1');
  if (typeof RoleArn !== 'string' || iam.trusts(RoleArn, 'scheduler.amazonaws.com', group)) return [];
  const message = 'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.';
  return [refused(resource, message)];
}

const lacks = (iam: Iam, principal: Principal, action: string, resource: string): boolean =>
  iam.refusal(principal, { action, resource }) !== undefined;
