import type { JsonObject } from '../json.ts';

/** A resource of the stack, its properties resolved. */
export interface TemplateResource {
  readonly logicalId: string;
  /** `AWS::SQS::Queue` */
  readonly type: string;
  readonly properties: JsonObject;
  /** What CloudFormation would show: a queue's URL, a secret's ARN, a table's name. */
  readonly physicalId: string;
  readonly arn?: string;
  readonly metadata: JsonObject;
  /** Folder of a function's code, or file of a state machine's definition. */
  readonly assetPath?: string;
}

/** A synthesized stack as this machine runs it. */
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
  /** Takes a resource away that does not run here; adds a line where there is a reason to tell. */
  leaveOut(resource: TemplateResource, reason?: string): void;
  ofType(type: string): TemplateResource[];
  byLogicalId(logicalId: string): TemplateResource | undefined;
}
