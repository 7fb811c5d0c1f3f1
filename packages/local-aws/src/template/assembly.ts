import { existsSync, readdirSync } from 'node:fs';
import { TemplateError } from './errors.ts';

const TEMPLATE = /^(.+)\.template\.json$/;

/** The name of the only stack in a CDK output. Throws `TemplateError` if there is none, or more than one. */
export function stackNameIn(cdkOut: string): string {
  const names = (existsSync(cdkOut) ? readdirSync(cdkOut) : []).flatMap((file) => TEMPLATE.exec(file)?.[1] ?? []);
  const [name] = names;
  if (name === undefined) throw new TemplateError(`${cdkOut} holds no template: run cdk synth first`);
  if (names.length > 1)
    throw new TemplateError(`${cdkOut} holds ${names.length} stacks: choose one of ${names.join(', ')}`);
  return name;
}
