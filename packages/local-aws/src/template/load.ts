import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../identity.ts';
import { Assets } from './assets.ts';
import { TemplateError } from './errors.ts';
import { resolveValue } from './intrinsics.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { RESOURCE_TYPES, unknownProperties } from './registry.ts';
import type { Naming } from './resource-type.ts';
import { StackScope } from './scope.ts';
import type { Template, TemplateResource } from './template.ts';

export interface LoadOptions {
  /** Folder that `cdk synth` wrote. */
  readonly cdkOut: string;
  readonly stackName: string;
  /** Values of CloudFormation parameters; the others take their defaults. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Base address of the AWS endpoint: queue URLs begin with it. */
  readonly awsEndpoint?: string;
  /** Base address of the HTTP API. */
  readonly apiUrl?: string;
}

/** Reads a synthesized stack and resolves it to names of this machine. Throws `TemplateError` where it cannot. */
export function loadTemplate(options: LoadOptions): Template {
  const { cdkOut, stackName } = options;
  const file = join(cdkOut, `${stackName}.template.json`);
  if (!existsSync(file)) throw new TemplateError(`${file} is missing: synthesize the stack first`);
  const document: Json = JSON.parse(readFileSync(file, 'utf8'));
  if (!isObject(document) || !isObject(document.Resources)) throw new TemplateError(`${file} has no resources`);
  const naming: Naming = {
    stackName,
    account: LOCAL_ACCOUNT,
    region: LOCAL_REGION,
    partition: 'aws',
    urlSuffix: 'amazonaws.com',
    awsEndpoint: options.awsEndpoint ?? 'http://127.0.0.1:4566',
    apiUrl: options.apiUrl ?? 'http://127.0.0.1:3000',
  };
  const scope = new StackScope(document, naming, options.parameters ?? {});
  const assets = new Assets(cdkOut, stackName);
  const unsupported: string[] = [];
  const resources: TemplateResource[] = [];
  for (const [logicalId, raw] of scope.activeResources()) {
    const type = String(raw.Type);
    const known = RESOURCE_TYPES.get(type);
    if (!known) {
      unsupported.push(`${logicalId}: the resource type ${type} is not emulated`);
      continue;
    }
    const properties = asObject(resolveValue(raw.Properties ?? {}, scope, `${logicalId}.Properties`));
    for (const property of unknownProperties(known, properties)) {
      unsupported.push(`${logicalId} (${type}): the property ${property} is not emulated`);
    }
    if (JSON.stringify(properties).includes('{{resolve:')) {
      unsupported.push(`${logicalId} (${type}): dynamic references are not emulated`);
    }
    const metadata = asObject(raw.Metadata ?? {});
    const assetPath = assets.pathFor(metadata, assetKey(properties));
    const { physicalId, arn } = scope.identityOf(logicalId);
    resources.push({
      logicalId,
      type,
      properties,
      physicalId,
      metadata,
      ...(arn === undefined ? {} : { arn }),
      ...(assetPath === undefined ? {} : { assetPath }),
    });
  }
  return {
    stackName,
    account: naming.account,
    region: naming.region,
    resources,
    outputs: resolveOutputs(document.Outputs, scope),
    unsupported,
    ofType: (type) => resources.filter((resource) => resource.type === type),
    byLogicalId: (logicalId) => resources.find((resource) => resource.logicalId === logicalId),
  };
}

function resolveOutputs(outputs: Json | undefined, scope: StackScope): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, output] of Object.entries(asObject(outputs ?? {}))) {
    if (!isObject(output)) continue;
    if (typeof output.Condition === 'string' && !scope.condition(output.Condition)) continue;
    result[name] = String(resolveValue(output.Value ?? '', scope, `Outputs.${name}`));
  }
  return result;
}

/** The S3 key that a deployment would upload the resource's asset to. */
function assetKey(properties: JsonObject): Json | undefined {
  if (isObject(properties.Code)) return properties.Code.S3Key;
  if (isObject(properties.DefinitionS3Location)) return properties.DefinitionS3Location.Key;
  return undefined;
}

const asObject = (value: Json): JsonObject => (isObject(value) ? value : {});
