import { isObject, type Json, type JsonObject } from '../../json.ts';
import type { Rule } from '../definitions.ts';

/** The input of a target: the event, a part of it, or a text of the target's own. */
export function targetInput(target: JsonObject, event: JsonObject, rule: Pick<Rule, 'name' | 'arn'>): string {
  if (typeof target.Input === 'string') return target.Input;
  if (typeof target.InputPath === 'string') return JSON.stringify(atPath(event, target.InputPath) ?? null);
  if (isObject(target.InputTransformer)) return transform(target.InputTransformer, event, rule);
  return JSON.stringify(event);
}

/** An escaped character, a quote, or a variable. */
const TOKEN = /\\.|"|<([\w.-]+)>/g;

/**
 * Fills a template with the values at its paths; one that is not in the event is empty. A template is JSON, with variables as
 * values or within texts, or one text.
 * Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
function transform(
  { InputPathsMap, InputTemplate }: JsonObject,
  event: JsonObject,
  rule: Pick<Rule, 'name' | 'arn'>,
): string {
  const paths = isObject(InputPathsMap) ? InputPathsMap : {};
  const template = String(InputTemplate);
  const isJson = /^\s*[{[]/.test(template);
  const valueAt = (name: string): Json | undefined => {
    const path = paths[name];
    return typeof path === 'string' ? (atPath(event, path) ?? '') : predefined(name, event, rule);
  };
  let isInText = false;
  return template.replace(TOKEN, (token, name: string | undefined) => {
    if (token === '"') isInText = !isInText;
    const value = name === undefined ? undefined : valueAt(name);
    if (value === undefined) return token;
    if (isInText) return textOf(value);
    return typeof value === 'string' && !isJson ? value : JSON.stringify(value);
  });
}

/** A value within a text, escaped. EventBridge takes the quotes of an object or a list away. */
function textOf(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value).replaceAll('"', '');
  return JSON.stringify(text).slice(1, -1);
}

/** The variables that need no path. */
function predefined(name: string, event: JsonObject, rule: Pick<Rule, 'name' | 'arn'>): Json | undefined {
  const { detail: _detail, ...envelope } = event;
  const values: Record<string, Json | undefined> = {
    'aws.events.rule-arn': rule.arn,
    'aws.events.rule-name': rule.name,
    'aws.events.event.ingestion-time': event.time,
    'aws.events.event': envelope,
    'aws.events.event.json': event,
  };
  return values[name];
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
