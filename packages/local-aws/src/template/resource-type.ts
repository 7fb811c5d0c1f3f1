import type { JsonObject } from '../json.ts';

/** What the names of resources depend on. */
export interface Naming {
  readonly stackName: string;
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  readonly urlSuffix: string;
  /** Base address of the AWS endpoint, without a trailing slash. */
  readonly awsEndpoint: string;
  /** Base address of the HTTP API, without a trailing slash. */
  readonly apiUrl: string;
}

export interface NamedResource {
  readonly logicalId: string;
  readonly properties: JsonObject;
  readonly naming: Naming;
  /** The name that CloudFormation would generate. It is the same at every start. */
  readonly generatedName: string;
}

/** The names of a resource. `Ref` returns `ref`, `Fn::GetAtt` an attribute. */
export interface Identity {
  readonly physicalId: string;
  readonly arn?: string;
  readonly ref?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A supported CloudFormation type with its properties. */
export interface ResourceType {
  /** The property with the name. It is resolved before the others. */
  readonly nameProperty?: string;
  identify(resource: NamedResource): Identity;
  /** Properties with the same effect as on AWS; `A.B` means only B of A. */
  readonly honoured: readonly string[];
  /** Properties without an effect here, such as tags or encryption at rest. */
  readonly withoutMeaning: readonly string[];
  /** The values that are not emulated, such as `the protocol sqs`. */
  notEmulated?(properties: JsonObject): string | undefined;
}

/** The name in the template, or a generated one. */
export function nameOf(resource: NamedResource, property: string): string {
  const name = resource.properties[property];
  return typeof name === 'string' && name !== '' ? name : resource.generatedName;
}

export function arnOf({ partition, region, account }: Naming, service: string, path: string): string {
  return `arn:${partition}:${service}:${region}:${account}:${path}`;
}
