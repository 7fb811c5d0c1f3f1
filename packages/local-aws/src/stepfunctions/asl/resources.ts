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
/** The optimized integrations with .waitForTaskToken. */
const TOKENS = new Set(['lambda', 'sqs']);
/** Packages of SDK clients with another name than the service in the ARN. */
const PACKAGES = new Map([
  ['secretsmanager', 'secrets-manager'],
  ['cloudwatchlogs', 'cloudwatch-logs'],
  ['ssooidc', 'sso-oidc'],
]);

export const sdkPackage = (service: string) => `@aws-sdk/client-${PACKAGES.get(service) ?? service}`;

/** Whether the SDK client of a service is installed. DynamoDB and SQS need none. */
function isInstalled(service: string): boolean {
  if (service === 'dynamodb' || service === 'sqs') return true;
  const paths = createRequire(import.meta.url).resolve.paths(sdkPackage(service)) ?? [];
  return paths.some((path) => existsSync(`${path}/${sdkPackage(service)}/package.json`));
}

/** Reads the Resource of a Task. Returns the reason if it is not supported. */
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
      return `'${resource}' is not a valid aws-sdk resource`;
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
