import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JsonObject, numberOr, objectOf } from '../json.ts';
import type { Template, TemplateResource } from '../template/template.ts';

/** A function as the template describes it. */
export interface FunctionSpec {
  logicalId: string;
  name: string;
  arn: string;
  roleArn: string;
  /** Absolute path of the unpacked bundle. */
  codeDir: string;
  /** `nodejs24.x` */
  runtime: string;
  /** File and export, `index.handler`. */
  handler: string;
  timeoutSeconds: number;
  memoryMb: number;
  environment: Readonly<Record<string, string>>;
  logGroup: string;
  /** The maximum number of instances here. Further synchronous calls wait for one. */
  maxInstances: number;
  /** Calls beyond it are throttled, as on AWS. */
  reservedConcurrency?: number;
  /** `RecursiveLoop: Allow`: Lambda does not stop it when it puts messages back for itself again and again. */
  allowsLoops: boolean;
  /** The number of retries of a failed asynchronous call. */
  asyncRetries: number;
  asyncMaxAgeSeconds: number;
}

/** The maximum number of instances of a function without event sources. Each is a thread, and a laptop has few cores. */
const DEFAULT_INSTANCES = 6;
/** The runtime of a function if the template names none. */
const NEWEST_RUNTIME = 'nodejs24.x';
/** The defaults of AWS for asynchronous calls. */
const ASYNC_RETRIES = 2;
const ASYNC_MAX_AGE_SECONDS = 6 * 3600;

/**
 * The functions of a template. Functions that are not supported are removed from the template. Code that is part of the template
 * is written to `inlineDir`.
 */
export function functionsOf(template: Template, inlineDir: string): FunctionSpec[] {
  // Supported custom resources need no function.
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

/** The folder of a function's code, or the reason why it is not supported. */
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
    return { missing: `the code must be a folder, but ${assetPath} is not one` };
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
    ...(reserved !== undefined && { reservedConcurrency: Number(reserved) }),
    allowsLoops: properties.RecursiveLoop === 'Allow',
    asyncRetries: numberOr(config?.MaximumRetryAttempts, ASYNC_RETRIES),
    asyncMaxAgeSeconds: numberOr(config?.MaximumEventAgeInSeconds, ASYNC_MAX_AGE_SECONDS),
  };
}

/** The concurrency that the event sources of a function may reach together. */
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
