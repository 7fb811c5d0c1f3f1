import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { TaskTarget } from './types.ts';

const WAIT = '.waitForTaskToken';
/** The optimized integrations: their actions by service. */
export const OPTIMIZED: ReadonlyMap<string, readonly string[]> = new Map([
  ['lambda', ['invoke']],
  ['sqs', ['sendMessage']],
  ['dynamodb', ['getItem', 'putItem', 'updateItem', 'deleteItem']],
]);
/** Optimized integrations that can hand out a task token. */
const TOKENS = new Set(['lambda', 'sqs']);
/** SDK clients whose package is not named as the service in the ARN. */
const PACKAGES = new Map([
  ['secretsmanager', 'secrets-manager'],
  ['cloudwatchlogs', 'cloudwatch-logs'],
  ['ssooidc', 'sso-oidc'],
]);

export const sdkPackage = (service: string) => `@aws-sdk/client-${PACKAGES.get(service) ?? service}`;

/** Whether the SDK client of a service is installed. DynamoDB and SQS are spoken to directly. */
function isInstalled(service: string): boolean {
  if (service === 'dynamodb' || service === 'sqs') return true;
  const paths = createRequire(import.meta.url).resolve.paths(sdkPackage(service)) ?? [];
  return paths.some((path) => existsSync(`${path}/${sdkPackage(service)}/package.json`));
}

/** Reads a Task's Resource. Answers why it is not supported where it is not. */
export function parseResource(resource: string): TaskTarget | string {
  const fn = /^arn:aws[a-z-]*:lambda:[^:]+:\d{12}:function:([^:]+)(?::[^:]+)?$/.exec(resource);
  if (fn) {
    return {
      kind: 'lambda-arn',
      service: resource,
      action: 'invoke',
      resource,
      resourceType: 'lambda',
      waitForToken: false,
    };
  }
  const waitForToken = resource.endsWith(WAIT);
  const plain = waitForToken ? resource.slice(0, -WAIT.length) : resource;
  const [, rest] = /^arn:aws[a-z-]*:states:::(.+)$/.exec(plain) ?? [];
  if (rest === undefined) return `The resource '${resource}' is not supported`;
  const parts = rest.split(':');
  const suffix = waitForToken ? WAIT : '';
  if (parts[0] === 'aws-sdk') {
    const [, service, action] = parts;
    if (service === undefined || action === undefined || parts.length !== 3)
      return `'${resource}' is no aws-sdk resource`;
    if (!isInstalled(service)) return `The service '${service}' of '${resource}' is not supported`;
    const resourceType = `aws-sdk:${service}`;
    return { kind: 'sdk', service, action, resource: `${action}${suffix}`, resourceType, waitForToken };
  }
  const [service, action] = parts;
  const isKnown = service !== undefined && action !== undefined && OPTIMIZED.get(service)?.includes(action);
  if (!isKnown || parts.length !== 2 || (waitForToken && !TOKENS.has(service))) {
    return `The resource '${resource}' is not supported`;
  }
  const kind = service === 'lambda' ? 'lambda' : service === 'sqs' ? 'sqs' : 'dynamodb';
  return { kind, service, action, resource: `${action}${suffix}`, resourceType: service, waitForToken };
}
