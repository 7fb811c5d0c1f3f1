import { readFileSync } from 'node:fs';
import { isObject } from '../json.ts';
import { TemplateError } from './errors.ts';
import type { TemplateResource } from './template.ts';

/** The ASL of a state machine. Its `${substitutions}` are replaced as CloudFormation does. */
export function stateMachineDefinition(resource: TemplateResource): string {
  const { Definition, DefinitionString, DefinitionSubstitutions, DefinitionS3Location } = resource.properties;
  let text: string;
  if (typeof DefinitionString === 'string') text = DefinitionString;
  else if (isObject(Definition)) text = JSON.stringify(Definition);
  else if (DefinitionS3Location && resource.assetPath) text = readFileSync(resource.assetPath, 'utf8');
  else throw new TemplateError(`${resource.logicalId}: the state machine has no definition`);
  const substitutions = isObject(DefinitionSubstitutions) ? DefinitionSubstitutions : {};
  return text.replace(/\$\{([A-Za-z0-9_-]+)\}/g, (whole, name: string) => {
    const value = substitutions[name];
    return value === undefined ? whole : String(value);
  });
}
