const HEAD = 12;
const TAIL = 6;

/** Shortens a long identifier, such as a hash, to its beginning and end. */
export function shorten(name: string): string {
  return name.length <= HEAD + TAIL + 4 ? name : `${name.slice(0, HEAD)}…${name.slice(-TAIL)}`;
}

/** A cause as text. The error of a Lambda function is JSON, of which the message is shown. */
export function readCause(cause: string): string {
  try {
    const { errorMessage } = JSON.parse(cause) as { errorMessage?: unknown };
    return typeof errorMessage === 'string' ? errorMessage : cause;
  } catch {
    return cause;
  }
}
