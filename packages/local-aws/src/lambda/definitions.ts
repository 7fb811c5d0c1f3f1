import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../json.ts';
import type { Template, TemplateResource } from '../template/template.ts';
import type { FunctionSpec } from './spec.ts';

/** Instances of one function at most, event sources aside: each is a thread, and a laptop has few cores. */
const DEFAULT_INSTANCES = 6;
/** Taken where the template names none. */
const NEWEST_RUNTIME = 'nodejs24.x';
/** AWS's defaults of an asynchronous call. */
const ASYNC_RETRIES = 2;
const ASYNC_MAX_AGE_SECONDS = 6 * 3600;

/**
 * The template's functions as the runtime needs them. One that does not run here is left out of the template. Code that stands
 * in the template itself is written to `inlineDir`.
 */
export function functionsOf(template: Template, inlineDir: string): FunctionSpec[] {
  // The custom resources that are emulated do their work without the function behind them.
  const providers = template.resources
    .filter(({ type }) => type.startsWith('Custom::'))
    .map(({ properties }) => properties.ServiceToken);
  return template.ofType('AWS::Lambda::Function').flatMap((resource) => {
    if (resource.arn !== undefined && providers.includes(resource.arn)) {
      template.leaveOut(resource);
      return [];
    }
    const code = codeOf(resource, inlineDir);
    if ('codeDir' in code) return [functionOf(template, resource, code)];
    template.leaveOut(resource, code.missing);
    return [];
  });
}

type Code = { codeDir: string; runtime: string };

/** Where a function's code is, or why it does not run here. */
function codeOf(
  { physicalId, properties, assetPath }: TemplateResource,
  inlineDir: string,
): Code | { missing: string } {
  const runtime = String(properties.Runtime ?? NEWEST_RUNTIME);
  if (!runtime.startsWith('nodejs')) return { missing: `the runtime ${runtime} is not emulated` };
  const { ZipFile } = objectOf(properties.Code);
  if (typeof ZipFile === 'string') {
    const codeDir = join(inlineDir, physicalId);
    mkdirSync(codeDir, { recursive: true });
    writeFileSync(join(codeDir, 'index.js'), ZipFile);
    return { codeDir, runtime };
  }
  if (assetPath === undefined) return { missing: 'code that is not an asset of this CDK output is not emulated' };
  if (!statSync(assetPath, { throwIfNoEntry: false })?.isDirectory()) {
    return { missing: `the code must be a folder, which ${assetPath} is not` };
  }
  return { codeDir: assetPath, runtime };
}

function functionOf(template: Template, resource: TemplateResource, code: Code): FunctionSpec {
  const { logicalId, physicalId: name, arn = '', properties } = resource;
  const reserved = properties.ReservedConcurrentExecutions;
  const config = template
    .ofType('AWS::Lambda::EventInvokeConfig')
    .find(({ properties: { FunctionName } }) => FunctionName === name || FunctionName === arn)?.properties;
  return {
    logicalId,
    name,
    arn,
    roleArn: String(properties.Role),
    ...code,
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
