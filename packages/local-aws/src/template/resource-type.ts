import type { JsonObject } from '../json.ts';

/** What naming a resource needs to know of the machine. */
export interface Naming {
  readonly stackName: string;
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  readonly urlSuffix: string;
  /** Base address of the AWS endpoint, without a slash behind it. */
  readonly awsEndpoint: string;
  /** Base address of the HTTP API, without a slash behind it. */
  readonly apiUrl: string;
}

export interface NamedResource {
  readonly logicalId: string;
  readonly properties: JsonObject;
  readonly naming: Naming;
  /** A name that CloudFormation would have made up: the same at every start. */
  readonly generatedName: string;
}

/** What a resource is called. `ref` is what `Ref` gives, `attributes` what `Fn::GetAtt` gives. */
export interface Identity {
  readonly physicalId: string;
  readonly arn?: string;
  readonly ref?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A CloudFormation type that runs on this machine, with every property that it may have. */
export interface ResourceType {
  /** The property that holds its name: it alone is resolved before the others. */
  readonly nameProperty?: string;
  identify(resource: NamedResource): Identity;
  /** Properties that do locally what they do on AWS; `A.B` means B of A only. */
  readonly honoured: readonly string[];
  /** Properties that have nothing to act on here, such as tags or encryption at rest. */
  readonly withoutMeaning: readonly string[];
  /** Says what of these values is not emulated, `the protocol sqs`. */
  notEmulated?(properties: JsonObject): string | undefined;
}

/** The name given in the template, or a generated one. */
export function nameOf(resource: NamedResource, property: string): string {
  const name = resource.properties[property];
  return typeof name === 'string' && name !== '' ? name : resource.generatedName;
}

export function arnOf({ partition, region, account }: Naming, service: string, path: string): string {
  return `arn:${partition}:${service}:${region}:${account}:${path}`;
}
