import { createHash } from 'node:crypto';
import { type Json, type JsonObject, parseJson } from '../../json.ts';
import { ApiError, validationError } from '../errors.ts';

const constraint = (value: Json | undefined, member: string, rule: string) =>
  validationError(
    `1 validation error detected: Value ${value === undefined ? 'null' : `'${value}'`} at '${member}' failed to satisfy constraint: ${rule}`,
  );

export function optionalString(params: JsonObject, member: string, most = 256): string | undefined {
  const value = params[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new ApiError('SerializationException', `${member} must be a string`);
  if (value.length > most) {
    const shown = value.length > 2000 ? `${value.slice(0, 100)}…` : value;
    throw constraint(shown, member, `Member must have length less than or equal to ${most}`);
  }
  return value;
}

export function requiredString(params: JsonObject, member: string, most = 256): string {
  const value = optionalString(params, member, most);
  if (value === undefined) throw constraint(undefined, member, 'Member must not be null');
  if (value === '') throw constraint('', member, 'Member must have length greater than or equal to 1');
  return value;
}

export function optionalInteger(params: JsonObject, member: string, least: number, most: number): number | undefined {
  const value = params[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number') throw new ApiError('SerializationException', `${member} must be a number`);
  if (value < least) throw constraint(value, member, `Member must have value greater than or equal to ${least}`);
  if (value > most) throw constraint(value, member, `Member must have value less than or equal to ${most}`);
  return value;
}

export function enumerated<T extends string>(params: JsonObject, member: string, allowed: readonly T[]): T | undefined {
  const value = optionalString(params, member);
  if (value === undefined) return undefined;
  const found = allowed.find((name) => name === value);
  if (found === undefined)
    throw constraint(value, member, `Member must satisfy enum value set: [${allowed.join(', ')}]`);
  return found;
}

const FORBIDDEN = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u;

/** Validates the name of a state machine or an execution. @throws ApiError */
export function checkedName(name: string): string {
  if (name === '') throw constraint(name, 'name', 'Member must have length greater than or equal to 1');
  if (name.length > 80) throw constraint(name, 'name', 'Member must have length less than or equal to 80');
  if (FORBIDDEN.test(name)) throw new ApiError('InvalidName', `Invalid Name: '${name}'`);
  return name;
}

/** The input of an execution. @throws ApiError if it is not JSON of at most `maxBytes` */
export function executionInput(params: JsonObject, maxBytes: number): string {
  const input = optionalString(params, 'input', Number.MAX_SAFE_INTEGER) ?? '{}';
  if (Buffer.byteLength(input) > maxBytes) {
    throw constraint('…', 'input', `Member must have length less than or equal to ${maxBytes}`);
  }
  if (parseJson(input) === undefined) {
    throw new ApiError('InvalidExecutionInput', `Invalid State Machine Execution Input: 'The input is not valid JSON'`);
  }
  return input;
}

/** The size of a page; 0 means the default. */
export const pageSize = (params: JsonObject): number => optionalInteger(params, 'maxResults', 0, 1000) || 100;

const digestOf = (scope: string) => createHash('sha256').update(scope).digest('hex').slice(0, 12);

/** The token of the next page: where it starts, and a digest of the query. */
export function pageToken(scope: string, place: (string | number)[]): string {
  return Buffer.from(JSON.stringify([digestOf(scope), ...place])).toString('base64url');
}

/** Reads the token of a page. @throws ApiError if it is invalid or belongs to another query */
export function pagePlace(params: JsonObject, scope: string): (string | number)[] | undefined {
  const token = optionalString(params, 'nextToken', 4096);
  if (token === undefined) return undefined;
  const read = parseJson(Buffer.from(token, 'base64url').toString());
  if (!Array.isArray(read) || read[0] !== digestOf(scope)) {
    throw new ApiError('InvalidToken', `Invalid Token: 'Invalid token'`);
  }
  return read.slice(1).map((part) => (typeof part === 'number' ? part : String(part)));
}

/** A timestamp as AWS writes it: seconds with milliseconds as decimals. */
export const seconds = (milliseconds: number): number => milliseconds / 1000;
