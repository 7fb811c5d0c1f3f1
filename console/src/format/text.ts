const HEAD = 12;
const TAIL = 6;

/** A long identifier, such as a hash, by its beginning and its end. */
export function shorten(name: string): string {
  return name.length <= HEAD + TAIL + 4 ? name : `${name.slice(0, HEAD)}…${name.slice(-TAIL)}`;
}

/** A cause to read: a function's own error comes as JSON, of which the message is what tells. */
export function readCause(cause: string): string {
  try {
    const { errorMessage } = JSON.parse(cause) as { errorMessage?: unknown };
    return typeof errorMessage === 'string' ? errorMessage : cause;
  } catch {
    return cause;
  }
}
