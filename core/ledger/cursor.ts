import { PregonError } from '../errors.ts';

/** A place in a list of sends as an opaque string: the `createdKey` it stands on. */
export const cursorOf = (createdKey: string): string => Buffer.from(createdKey).toString('base64url');

/** The `createdKey` that a cursor stands on. Throws BadRequest when it is none of ours. */
export function placeOf(cursor: string): string {
  const createdKey = Buffer.from(cursor, 'base64url').toString();
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+Z#.+#\d{8}$/.test(createdKey)) {
    throw new PregonError('BadRequest', '`after` is no cursor of this list: take the `cursor` of a send before.');
  }
  return createdKey;
}
