import { LOCAL_ACCOUNT, LOCAL_REGION } from '../identity.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { findStack, readJson, type StackFiles } from './assembly.ts';
import { Assets } from './assets.ts';
import { TemplateError } from './errors.ts';
import { NO_VALUE, type OmitValue, type Resolved, resolve } from './intrinsics.ts';
import { RESOURCE_TYPES, unknownProperties } from './registry.ts';
import type { Naming } from './resource-type.ts';
import { StackScope } from './scope.ts';
import type { Template, TemplateResource } from './template.ts';

export interface LoadOptions {
  /** Folder that `cdk synth` wrote. */
  readonly cdkOut: string;
  /** Name, artifact id or path of the stack; may be left out if the folder holds one stack only. */
  readonly stackName?: string;
  /** Values of CloudFormation parameters; the others take their defaults. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Base address of the AWS endpoint: queue URLs begin with it. */
  readonly awsEndpoint?: string;
  /** Base address of the HTTP API. */
  readonly apiUrl?: string;
}

/** Reads a synthesized stack and resolves its names for this machine. Throws `TemplateError` if that fails. */
export function loadTemplate(options: LoadOptions): Template {
  const files = findStack(options.cdkOut, options.stackName);
  const document = moveHere(readJson(files.templateFile), files);
  if (!isObject(document) || !isObject(document.Resources)) {
    throw new TemplateError(`${files.templateFile} has no resources`);
  }
  const naming: Naming = {
    stackName: files.stackName,
    account: LOCAL_ACCOUNT,
    region: LOCAL_REGION,
    partition: 'aws',
    urlSuffix: 'amazonaws.com',
    awsEndpoint: options.awsEndpoint ?? 'http://127.0.0.1:4566',
    apiUrl: options.apiUrl ?? 'http://127.0.0.1:3000',
  };
  const scope = new StackScope(document, naming, options.parameters ?? {});
  const assets = new Assets(files);
  const unsupported: string[] = [];
  const omitValue: OmitValue = (where, reason) => unsupported.push(`${where} is left out: ${reason}`);
  const notSupported: Template['notSupported'] = ({ logicalId, type }, what) => {
    unsupported.push(`${logicalId} (${type}): ${what}`);
  };
  const resources: TemplateResource[] = [];
  for (const [logicalId, raw] of scope.activeResources()) {
    const type = String(raw.Type);
    const known = RESOURCE_TYPES.get(type);
    if (!known) {
      unsupported.push(`${logicalId}: the resource type ${type} is not emulated`);
      continue;
    }
    const properties = asObject(resolve(raw.Properties ?? {}, scope, `${logicalId}.Properties`, omitValue));
    for (const property of unknownProperties(known, properties)) {
      notSupported({ logicalId, type }, `the property ${property} is not emulated`);
    }
    const missing = known.notEmulated?.(properties);
    if (missing !== undefined) notSupported({ logicalId, type }, `${missing} is not emulated`);
    if (JSON.stringify(properties).includes('{{resolve:')) {
      notSupported({ logicalId, type }, 'dynamic references are not emulated');
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
    stackName: naming.stackName,
    account: naming.account,
    region: naming.region,
    resources,
    outputs: resolveOutputs(document.Outputs, scope, omitValue),
    unsupported,
    notSupported,
    leaveOut(resource, reason) {
      resources.splice(resources.indexOf(resource), 1);
      if (reason !== undefined) notSupported(resource, reason);
    },
    ofType: (type) => resources.filter((resource) => resource.type === type),
    byLogicalId: (logicalId) => resources.find((resource) => resource.logicalId === logicalId),
  };
}

/** Replaces the account and the Region of a stack, which names and ARNs contain as text, by those of this machine. */
function moveHere(document: Json, { account, region }: StackFiles): Json {
  const replacements: [RegExp, string][] = [];
  if (account !== undefined) replacements.push([new RegExp(`\\b${account}\\b`, 'g'), LOCAL_ACCOUNT]);
  if (region !== undefined) replacements.push([new RegExp(`\\b${region}\\b`, 'g'), LOCAL_REGION]);
  const move = (value: Json): Json => {
    if (typeof value === 'string') return replacements.reduce((text, [from, to]) => text.replace(from, to), value);
    if (Array.isArray(value)) return value.map(move);
    return isObject(value)
      ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, move(member)]))
      : value;
  };
  return replacements.length === 0 ? document : move(document);
}

function resolveOutputs(outputs: Json | undefined, scope: StackScope, omitValue: OmitValue): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, output] of Object.entries(asObject(outputs ?? {}))) {
    if (!isObject(output)) continue;
    if (typeof output.Condition === 'string' && !scope.condition(output.Condition)) continue;
    const value = resolve(output.Value ?? '', scope, `Outputs.${name}`, omitValue);
    if (value !== NO_VALUE) result[name] = String(value);
  }
  return result;
}

/** The S3 key that a deployment would upload the resource's asset to. */
function assetKey(properties: JsonObject): Json | undefined {
  if (isObject(properties.Code)) return properties.Code.S3Key;
  if (isObject(properties.DefinitionS3Location)) return properties.DefinitionS3Location.Key;
  return undefined;
}

const asObject = (value: Resolved): JsonObject => (value !== NO_VALUE && isObject(value) ? value : {});
