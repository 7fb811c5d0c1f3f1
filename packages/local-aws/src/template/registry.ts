import { isObject, type Json, type JsonObject } from '../json.ts';
import type { ResourceType } from './resource-type.ts';
import { compute } from './resources/compute.ts';
import { messaging } from './resources/messaging.ts';
import { storage } from './resources/storage.ts';
import { watching } from './resources/watching.ts';
import { web } from './resources/web.ts';

/** The supported CloudFormation types. */
export const RESOURCE_TYPES: ReadonlyMap<string, ResourceType> = new Map(
  Object.entries({ ...storage, ...messaging, ...compute, ...web, ...watching }),
);

/** The properties that are not supported, as `A` or `A.B`. */
export function unknownProperties(type: ResourceType, properties: JsonObject): string[] {
  const known = new Set([...type.honoured, ...type.withoutMeaning]);
  if (known.has('*')) return [];
  const unknown: string[] = [];
  for (const [name, value] of Object.entries(properties)) {
    if (known.has(name) || value === null) continue;
    unknown.push(...unknownMembers(known, name, value));
  }
  return [...new Set(unknown)];
}

/** The unsupported members of an object, or of the objects in a list. */
function unknownMembers(known: ReadonlySet<string>, name: string, value: Json): string[] {
  const someMembersKnown = [...known].some((path) => path.startsWith(`${name}.`));
  const objects = Array.isArray(value) ? value : [value];
  if (!someMembersKnown || !objects.every(isObject)) return [name];
  return objects
    .flatMap((object) => Object.keys(object))
    .map((member) => `${name}.${member}`)
    .filter((path) => !known.has(path));
}
