import { mentions, mentionsOf } from './mentions.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * A file of results, which Step Functions writes as a JSON array of children, without the data of an address: a child that failed is written
 * with its input, which has the rows to register. The file keeps its size, because its manifest names it and a redrive may read both. Calls
 * `onChild` for each child that had the address.
 */
export async function* eraseFromResults(
  bytes: AsyncIterable<Uint8Array>,
  key: string,
  onChild: () => void,
): AsyncGenerator<Buffer> {
  const pattern = mentionsOf(key);
  for await (const { isObject, part } of partsOf(bytes)) {
    const text = isObject ? part.toString() : '';
    if (!isObject || !mentions(text, pattern)) yield part;
    else {
      onChild();
      yield filled(JSON.stringify(erasedChild(JSON.parse(text), key, pattern)), part.length);
    }
  }
}

/** White space at the end of a JSON value means nothing. */
const filled = (text: string, length: number) =>
  Buffer.from(text + ' '.repeat(Math.max(0, length - Buffer.byteLength(text))));

/** The objects of an array, and what is between them. */
async function* partsOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<{ isObject: boolean; part: Buffer }> {
  let rest: Buffer[] = [];
  let depth = 0;
  let quoted = false;
  let escaped = false;
  for await (const piece of bytes) {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (quoted) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) quoted = false;
      } else if (byte === QUOTE) quoted = true;
      else if (byte === OPEN) {
        if (depth === 0 && start < at) {
          yield { isObject: false, part: chunk.subarray(start, at) };
          start = at;
        }
        depth += 1;
      } else if (byte === CLOSE) {
        depth -= 1;
        if (depth > 0) continue;
        yield { isObject: true, part: Buffer.concat([...rest, chunk.subarray(start, at + 1)]) };
        rest = [];
        start = at + 1;
      }
    }
    if (start === chunk.length) continue;
    if (depth > 0) rest.push(chunk.subarray(start));
    else yield { isObject: false, part: chunk.subarray(start) };
  }
}

interface Child {
  Input?: string;
  [member: string]: unknown;
}

/** Of a row in the input of a child only its keys are left. In other texts the address is left out. */
function erasedChild(child: Child, key: string, pattern: RegExp): Child {
  const input = typeof child.Input === 'string' ? withoutRows(child.Input, key) : undefined;
  const left = input === undefined ? child : { ...child, Input: input };
  return withoutMentions(left, pattern) as Child;
}

function withoutRows(input: string, key: string): string {
  const { Items, ...rest } = JSON.parse(input) as { Items?: unknown };
  if (!Array.isArray(Items)) return input;
  return JSON.stringify({ ...rest, Items: Items.map((item) => (addressIn(item) === key ? keysOf(item) : item)) });
}

type Attributes = Record<string, { S?: string }>;
interface InputItem {
  state?: Attributes;
  content?: Attributes;
}

const addressIn = ({ state }: InputItem): string | undefined => state?.address?.S;
const keysOf = ({ state, content }: InputItem): InputItem => ({
  ...(state && { state: pick(state) }),
  ...(content && { content: pick(content) }),
});
const pick = ({ pk = {}, sk = {} }: Attributes): Attributes => ({ pk, sk });

/** The word is about as long as the shortest address. */
function withoutMentions(value: unknown, pattern: RegExp): unknown {
  if (typeof value === 'string') return value.replace(pattern, 'erased');
  if (Array.isArray(value)) return value.map((one) => withoutMentions(one, pattern));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withoutMentions(one, pattern)]));
}
