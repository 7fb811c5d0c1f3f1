import { readFileSync } from 'node:fs';

export interface Resource {
  Type: string;
  Properties?: Record<string, unknown>;
  DependsOn?: string[];
  DeletionPolicy?: string;
}

export interface LambdaProperties {
  FunctionName: string;
  Timeout: number;
  Environment: { Variables: Record<string, unknown> };
}

interface Template {
  Parameters: Record<string, object>;
  Resources: Record<string, Resource>;
}

/** The templates that `scripts/prepare.ts` synthesized: to synthesize one takes longer than their tests. */
export const templateOf = (stage: string): Template =>
  JSON.parse(readFileSync(`cdk.out/pregon-${stage}.template.json`, 'utf8'));
export const { Resources: resources } = templateOf('dev');
/** The resources of `dev` of this type, with their logical ids. */
export const ofType = (type: string) => Object.entries(resources).filter(([, resource]) => resource.Type === type);
