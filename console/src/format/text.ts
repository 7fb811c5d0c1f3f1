const HEAD = 12;
const TAIL = 6;

/** A long identifier, such as a hash, by its beginning and its end. */
export function shorten(name: string): string {
  return name.length <= HEAD + TAIL + 4 ? name : `${name.slice(0, HEAD)}…${name.slice(-TAIL)}`;
}
