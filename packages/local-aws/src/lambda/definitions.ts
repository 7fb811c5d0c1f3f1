import type { JsonObject } from '../template/json.ts';
import type { Template, TemplateResource } from '../template/template.ts';
import type { FunctionSpec } from './spec.ts';

/** Instances of one function at most, event sources aside: each is a thread, and a laptop has few cores. */
const DEFAULT_INSTANCES = 6;
/** AWS's defaults of an asynchronous call. */
const ASYNC_RETRIES = 2;
const ASYNC_MAX_AGE_SECONDS = 6 * 3600;

/** The template's functions as the runtime needs them. */
export function functionsOf(template: Template): FunctionSpec[] {
  return template.ofType('AWS::Lambda::Function').map((resource) => functionOf(template, resource));
}

function functionOf(template: Template, resource: TemplateResource): FunctionSpec {
  const { logicalId, physicalId: name, arn, assetPath, properties } = resource;
  if (!arn || !assetPath) throw new Error(`${logicalId}: a function needs its bundle as an asset`);
  const reserved = properties.ReservedConcurrentExecutions;
  const config = template
    .ofType('AWS::Lambda::EventInvokeConfig')
    .find(({ properties: { FunctionName } }) => FunctionName === name || FunctionName === arn)?.properties;
  return {
    logicalId,
    name,
    arn,
    roleArn: String(properties.Role),
    codeDir: assetPath,
    handler: String(properties.Handler),
    timeoutSeconds: numberOr(properties.Timeout, 3),
    memoryMb: numberOr(properties.MemorySize, 128),
    environment: variablesOf(properties),
    logGroup: logGroupOf(properties) ?? `/aws/lambda/${name}`,
    maxInstances: Math.max(DEFAULT_INSTANCES, sourceConcurrency(template, name, arn)),
    ...(typeof reserved === 'number' && { reservedConcurrency: reserved }),
    asyncRetries: numberOr(config?.MaximumRetryAttempts, ASYNC_RETRIES),
    asyncMaxAgeSeconds: numberOr(config?.MaximumEventAgeInSeconds, ASYNC_MAX_AGE_SECONDS),
  };
}

/** A function behind queues runs as many at once as its event sources may call. */
function sourceConcurrency(template: Template, name: string, arn: string): number {
  return template
    .ofType('AWS::Lambda::EventSourceMapping')
    .filter(({ properties: { FunctionName } }) => FunctionName === name || FunctionName === arn)
    .reduce((sum, { properties }) => sum + numberOr(objectOf(properties.ScalingConfig).MaximumConcurrency, 0), 0);
}

function variablesOf(properties: JsonObject): Record<string, string> {
  const variables = objectOf(objectOf(properties.Environment).Variables);
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)]));
}

function logGroupOf(properties: JsonObject): string | undefined {
  const group = objectOf(properties.LoggingConfig).LogGroup;
  return typeof group === 'string' ? group : undefined;
}

/** CloudFormation takes numbers as text too. */
export function numberOr(value: unknown, fallback: number): number {
  return value === undefined || value === null || value === '' ? fallback : Number(value);
}

export function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
