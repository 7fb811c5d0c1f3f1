import { createHash } from 'node:crypto';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { objectIn } from './assembly.ts';
import { NotEmulated, TemplateError } from './errors.ts';
import { evaluateCondition, NO_VALUE, resolve, type Scope } from './intrinsics.ts';
import { readParameters } from './parameters.ts';
import { RESOURCE_TYPES } from './registry.ts';
import type { Identity, Naming } from './resource-type.ts';

/** The names that intrinsic functions of a stack refer to. The names of resources are computed on first use. */
export class StackScope implements Scope {
  readonly #document: JsonObject;
  readonly #naming: Naming;
  readonly #parameters: ReadonlyMap<string, Json>;
  readonly #conditions = new Map<string, boolean>();
  readonly #identities = new Map<string, Identity>();
  readonly #beingNamed = new Set<string>();

  constructor(document: JsonObject, naming: Naming, parameters: Readonly<Record<string, string>>) {
    this.#document = document;
    this.#naming = naming;
    this.#parameters = readParameters(objectIn(document, 'Parameters'), parameters);
  }

  /** The resources without a condition, or whose condition is true. */
  activeResources(): [string, JsonObject][] {
    const active: [string, JsonObject][] = [];
    for (const [logicalId, resource] of Object.entries(objectIn(this.#document, 'Resources'))) {
      if (!isObject(resource)) continue;
      if (typeof resource.Condition === 'string' && !this.condition(resource.Condition)) continue;
      active.push([logicalId, resource]);
    }
    return active;
  }

  ref(name: string): Json {
    const pseudo = this.#pseudoParameter(name);
    if (pseudo !== undefined) return pseudo;
    const parameter = this.#parameters.get(name);
    if (parameter !== undefined) return parameter;
    if (isObject(objectIn(this.#document, 'Parameters')[name])) {
      const option = `--parameter ${name}=VALUE`;
      throw new NotEmulated(
        `the parameter ${name} is in the SSM Parameter Store, which is not emulated (give it with ${option})`,
      );
    }
    const identity = this.identityOf(name);
    return identity.ref ?? identity.physicalId;
  }

  attribute(logicalId: string, attribute: string): string {
    const value = this.identityOf(logicalId).attributes?.[attribute];
    if (value === undefined) throw new NotEmulated(`the attribute ${logicalId}.${attribute} is not emulated`);
    return value;
  }

  condition(name: string): boolean {
    const known = this.#conditions.get(name);
    if (known !== undefined) return known;
    const definition = objectIn(this.#document, 'Conditions')[name];
    if (definition === undefined) throw new TemplateError(`The condition ${name} is not in the template`);
    try {
      const holds = evaluateCondition(definition, this, `Conditions.${name}`);
      this.#conditions.set(name, holds);
      return holds;
    } catch (error) {
      if (!(error instanceof NotEmulated)) throw error;
      throw new TemplateError(`The condition ${name} cannot be evaluated: ${error.message}`);
    }
  }

  /** Replaces the address that AWS gives an HTTP API by the local one. */
  withLocalAddresses(text: string): string {
    const { region, urlSuffix, apiUrl } = this.#naming;
    return text.replace(/https:\/\/([\w-]+)\.execute-api\.([\w.-]+)/g, (address, id: string, domain: string) => {
      return domain === `${region}.${urlSuffix}` && this.#isOwnApi(id) ? apiUrl : address;
    });
  }

  map(name: string, first: string, second: string): Json {
    const map = objectIn(objectIn(this.#document, 'Mappings'), name);
    const value = objectIn(map, first)[second];
    if (value === undefined) throw new TemplateError(`Mappings.${name} has nothing at ${first}, ${second}`);
    return value;
  }

  /** The names of a resource. */
  identityOf(logicalId: string): Identity {
    const known = this.#identities.get(logicalId);
    if (known) return known;
    const resource = objectIn(this.#document, 'Resources')[logicalId];
    if (!isObject(resource)) throw new TemplateError(`${logicalId} is not in the template`);
    const type = RESOURCE_TYPES.get(String(resource.Type));
    // A resource of a type that is not emulated needs a name too, because others may refer to it.
    const identity = type
      ? type.identify({
          logicalId,
          naming: this.#naming,
          generatedName: this.#generatedName(logicalId),
          properties: this.#namingProperties(logicalId, resource, type.nameProperty),
        })
      : { physicalId: this.#generatedName(logicalId) };
    this.#identities.set(logicalId, identity);
    return identity;
  }

  /** The properties that determine the name. The others are not resolved yet, because they may refer to the resource itself. */
  #namingProperties(logicalId: string, resource: JsonObject, nameProperty: string | undefined): JsonObject {
    if (this.#beingNamed.has(logicalId)) throw new TemplateError(`The name of ${logicalId} depends on itself`);
    this.#beingNamed.add(logicalId);
    const properties = isObject(resource.Properties) ? resource.Properties : {};
    const result: JsonObject = {};
    for (const property of [nameProperty, 'EventBusName', 'GroupName', 'FifoQueue', 'Path']) {
      const value = property === undefined ? undefined : properties[property];
      if (property === undefined || value === undefined) continue;
      // If the name is not emulated, it is reported with the other properties, and a name is generated.
      const resolved = resolve(value, this, `${logicalId}.${property}`, () => undefined);
      if (resolved !== NO_VALUE) result[property] = resolved;
    }
    this.#beingNamed.delete(logicalId);
    return result;
  }

  #generatedName(logicalId: string): string {
    const { stackName } = this.#naming;
    const suffix = createHash('sha256').update(`${stackName}/${logicalId}`).digest('hex').slice(0, 12);
    // As in CloudFormation both parts are truncated, so that the name fits any service: a bucket's has at most 63 characters.
    return `${stackName.slice(0, 24)}-${logicalId.slice(0, 24)}-${suffix}`;
  }

  #isOwnApi(id: string): boolean {
    return Object.entries(objectIn(this.#document, 'Resources')).some(
      ([logicalId, resource]) =>
        isObject(resource) &&
        resource.Type === 'AWS::ApiGatewayV2::Api' &&
        this.identityOf(logicalId).physicalId === id,
    );
  }

  #pseudoParameter(name: string): Json | undefined {
    const { account, region, partition, stackName, urlSuffix } = this.#naming;
    switch (name) {
      case 'AWS::AccountId':
        return account;
      case 'AWS::Region':
        return region;
      case 'AWS::Partition':
        return partition;
      case 'AWS::StackName':
        return stackName;
      case 'AWS::StackId':
        return `arn:${partition}:cloudformation:${region}:${account}:stack/${stackName}/local`;
      case 'AWS::URLSuffix':
        return urlSuffix;
      case 'AWS::NotificationARNs':
        return [];
      default:
        return undefined;
    }
  }
}
