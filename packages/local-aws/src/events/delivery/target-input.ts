import { isObject, type Json, type JsonObject } from '../../json.ts';

/** What a rule's target gets of an event: all of it, a part, or a text of its own. */
export function targetInput(target: JsonObject, event: Json): string {
  if (typeof target.Input === 'string') return target.Input;
  if (typeof target.InputPath === 'string') return JSON.stringify(atPath(event, target.InputPath) ?? null);
  if (isObject(target.InputTransformer)) return transform(target.InputTransformer, event);
  return JSON.stringify(event);
}

function transform({ InputPathsMap, InputTemplate }: JsonObject, event: Json): string {
  const paths = isObject(InputPathsMap) ? InputPathsMap : {};
  return String(InputTemplate).replace(/(")?<([\w.-]+)>(")?/g, (whole, open = '', name: string, close = '') => {
    if (name === 'aws.events.event.json') return JSON.stringify(event);
    const path = paths[name];
    if (typeof path !== 'string') return whole;
    const value = atPath(event, path);
    // Within quotes a text goes in as it is, escaped; elsewhere any value goes in as JSON.
    if (typeof value === 'string') return open ? JSON.stringify(value) : `${value}${close}`;
    return `${open}${JSON.stringify(value ?? null)}${close}`;
  });
}

/** `$.detail.items[0].id` */
function atPath(event: Json, path: string): Json | undefined {
  let value: Json | undefined = event;
  for (const [, name, index] of path.matchAll(/\.([\w-]+)|\[(\d+)\]/g)) {
    if (name !== undefined) value = isObject(value) ? value[name] : undefined;
    else if (index !== undefined) value = Array.isArray(value) ? value[Number(index)] : undefined;
  }
  return value;
}
