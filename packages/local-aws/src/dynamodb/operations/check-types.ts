import validations from 'dynalite/validations/index.js';
import { isObject } from '../../json.ts';
import type { Request } from './answer.ts';

/** Members that hold attribute values by name. */
const ATTRIBUTES = ['Item', 'Key', 'ExpressionAttributeValues'] as const;

/**
 * Checks and converts the types of a request as dynalite does, which builds a tree of types for each attribute value. Those that have their type
 * already, as nearly all have, are copied without it.
 */
export function checkTypes(request: Request, types: Readonly<Record<string, unknown>>): Request {
  const rest: Request = { ...request };
  const plain: Request = {};
  for (const member of ATTRIBUTES) {
    const copy = member in types ? plainCopy(request[member]) : undefined;
    if (!copy) continue;
    plain[member] = copy;
    delete rest[member];
  }
  return Object.assign(validations.checkTypes(rest, types), plain);
}

/** A copy of attribute values that are strings, numbers and booleans. Undefined if another is among them. */
function plainCopy(attributes: unknown): Record<string, unknown> | undefined {
  if (!isObject(attributes)) return undefined;
  const copy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (!isObject(value)) return undefined;
    const members = Object.keys(value);
    const { S, N, BOOL } = value;
    if (members.length !== 1) return undefined;
    if (typeof S === 'string') copy[name] = { S };
    else if (typeof N === 'string') copy[name] = { N };
    else if (typeof BOOL === 'boolean') copy[name] = { BOOL };
    else return undefined;
  }
  return copy;
}
