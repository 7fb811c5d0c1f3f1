import type { AwsRequest } from '../../gateway/types.ts';
import { type JsonObject, objectOf, parseJson } from '../../json.ts';
import type { Access } from '../evaluate.ts';
import type { Names } from '../names.ts';

/**
 * The accesses that one API operation needs; all of them must be allowed. Undefined if the operation is not known.
 * Actions and resources follow https://docs.aws.amazon.com/service-authorization/latest/reference/
 */
export type AccessOf = (request: AwsRequest, names: Names) => readonly Access[] | undefined;

/** The body of a request in one of the JSON protocols; empty if it is not valid, which the service itself refuses. */
export const bodyOf = ({ body }: AwsRequest): JsonObject => objectOf(parseJson(body.toString()));

/** A member that is text; empty if it is missing. */
export const text = (body: JsonObject, name: string): string => {
  const value = body[name];
  return typeof value === 'string' ? value : '';
};

/** A list of objects. */
export const objects = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.map(objectOf) : []);
