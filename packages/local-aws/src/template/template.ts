import type { JsonObject } from '../json.ts';

/** A resource of the stack with resolved properties. */
export interface TemplateResource {
  readonly logicalId: string;
  /** `AWS::SQS::Queue` */
  readonly type: string;
  readonly properties: JsonObject;
  /** The physical id in CloudFormation: the URL of a queue, the ARN of a secret, the name of a table. */
  readonly physicalId: string;
  readonly arn?: string;
  readonly metadata: JsonObject;
  /** Folder of a function's code, or file of a state machine's definition. */
  readonly assetPath?: string;
}

/** A synthesized stack, resolved for this machine. */
export interface Template {
  readonly stackName: string;
  readonly account: string;
  readonly region: string;
  readonly resources: readonly TemplateResource[];
  /** The stack's outputs by name. */
  readonly outputs: Readonly<Record<string, string>>;
  /** One line for each part of the stack that is not emulated. */
  readonly unsupported: readonly string[];
  /** Adds a line about a part of a resource, `the target … is not emulated`. */
  notSupported(resource: Pick<TemplateResource, 'logicalId' | 'type'>, what: string): void;
  /** Removes a resource that does not run here. With a reason it also adds a line. */
  leaveOut(resource: TemplateResource, reason?: string): void;
  ofType(type: string): TemplateResource[];
  byLogicalId(logicalId: string): TemplateResource | undefined;
}
