const HEAD = 12;
const TAIL = 6;

/** Shortens a long identifier, such as a hash, to its beginning and end. */
export function shorten(name: string): string {
  return name.length <= HEAD + TAIL + 4 ? name : `${name.slice(0, HEAD)}…${name.slice(-TAIL)}`;
}

/** A cause in its parts. */
export interface Cause {
  /** The class or the code of the error. */
  readonly kind?: string;
  readonly message: string;
  /** Where the function threw it, innermost first. */
  readonly stack?: readonly string[];
}

/**
 * Reads a cause. That of a Lambda function is JSON with errorType, errorMessage and trace, and that of a worker is JSON with code and
 * message. Every other text is a message.
 */
export function readCause(cause: string): Cause {
  const { errorType, errorMessage, trace, code, message } = parseObject(cause);
  const text = textOf(errorMessage) ?? textOf(message);
  if (text === undefined) return { message: cause };
  const kind = textOf(errorType) ?? textOf(code);
  // The first line of a stack repeats the message.
  const stack = Array.isArray(trace) ? trace.map(String).filter((line) => /^\s*at /.test(line)) : [];
  return { message: text, ...(kind !== undefined && { kind }), ...(stack.length > 0 && { stack }) };
}

/** The object in a JSON text. Empty for every other text. */
export function parseObject(text: unknown): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(typeof text === 'string' ? text : '');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
