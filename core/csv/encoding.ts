import { PregonError } from '../errors.ts';
import { lineAt } from './lines.ts';
import type { CsvSource } from './source.ts';

export interface Encoding {
  /** As the WHATWG Encoding Standard names it, in lower case. */
  name: string;
  bomBytes: number;
}

/**
 * The standard's name of an encoding label such as `latin1` or `cp1251`; undefined where Node's TextDecoder does not know it.
 * https://encoding.spec.whatwg.org/#names-and-labels
 */
export function encodingByLabel(label: string): string | undefined {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return undefined;
  }
}

/** What the byte order mark at the start says; undefined where there is none. */
export function encodingByMark(head: Uint8Array): Encoding | undefined {
  const [a, b, c] = head;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { name: 'utf-8', bomBytes: 3 };
  if (a === 0xff && b === 0xfe) return { name: 'utf-16le', bomBytes: 2 };
  if (a === 0xfe && b === 0xff) return { name: 'utf-16be', bomBytes: 2 };
  return undefined;
}

/** Ctrl-Z: the end of a text file for CP/M and DOS, and for some programs still. */
const END_MARK = 0x1a;

/**
 * The file as UTF-8 without its byte order mark and any Ctrl-Z at its end, chunk by chunk. The file has been inspected: what is UTF-8 is valid.
 * Throws InvalidCsv, with the line, for bytes that cannot be decoded and for a NUL.
 */
export async function* decodeCsv(source: CsvSource, encoding: Encoding): AsyncGenerator<Buffer> {
  let read = 0;
  let heldMarks = 0;
  for await (const chunk of transcode(source, encoding)) {
    const nul = chunk.indexOf(0);
    if (nul >= 0) throw nulAt(await lineAt(transcode(source, encoding), read + nul));
    read += chunk.length;
    let end = chunk.length;
    while (end > 0 && chunk[end - 1] === END_MARK) end--;
    if (end > 0) {
      if (heldMarks > 0) yield Buffer.alloc(heldMarks, END_MARK);
      yield chunk.subarray(0, end);
      heldMarks = 0;
    }
    heldMarks += chunk.length - end;
  }
}

function transcode(source: CsvSource, { name, bomBytes }: Encoding): AsyncGenerator<Buffer> {
  const bytes = () => withoutMark(source, bomBytes);
  return name === 'utf-8' ? bytes() : decoded(bytes, name);
}

async function* withoutMark(source: CsvSource, bomBytes: number): AsyncGenerator<Buffer> {
  let skip = bomBytes;
  for await (const chunk of source.open()) {
    const rest = Buffer.from(
      chunk.buffer,
      chunk.byteOffset + Math.min(skip, chunk.length),
      Math.max(0, chunk.length - skip),
    );
    skip -= chunk.length - rest.length;
    if (rest.length) yield rest;
  }
}

const strictDecoder = (name: string) => new TextDecoder(name, { fatal: true, ignoreBOM: true });

async function* decoded(open: () => AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  const decoder = strictDecoder(name);
  let chunks = 0;
  try {
    for await (const chunk of open()) {
      const text = decoder.decode(chunk, { stream: true });
      chunks++;
      if (text) yield Buffer.from(text);
    }
    const rest = decoder.decode();
    if (rest) yield Buffer.from(rest);
  } catch (error) {
    if (!isUndecodable(error)) throw error;
    throw undecodableAt(await lineOfFault(open(), name, chunks), name);
  }
}

const isUndecodable = (error: unknown) => (error as { code?: unknown }).code === 'ERR_ENCODING_INVALID_ENCODED_DATA';

/** Decodes again, the faulty chunk byte by byte, and counts the lines before the fault. */
async function lineOfFault(bytes: AsyncIterable<Buffer>, name: string, rightChunks: number): Promise<number> {
  const decoder = strictDecoder(name);
  let line = 1;
  let endedWithCr = false;
  const count = (text: string) => {
    for (const character of text) {
      if (character === '\r' || (character === '\n' && !endedWithCr)) line++;
      endedWithCr = character === '\r';
    }
  };
  let chunks = 0;
  try {
    for await (const chunk of bytes) {
      if (chunks++ < rightChunks) count(decoder.decode(chunk, { stream: true }));
      else for (const byte of chunk) count(decoder.decode(Uint8Array.of(byte), { stream: true }));
    }
  } catch (error) {
    if (!isUndecodable(error)) throw error;
  }
  return line;
}

export const undecodableAt = (line: number, encoding: string) =>
  new PregonError(
    'InvalidCsv',
    `Line ${line} has bytes that are not valid ${encoding}. Save the file as UTF-8 and upload it again.`,
    { line },
  );

export const nulAt = (line: number) =>
  new PregonError(
    'InvalidCsv',
    `Line ${line} has a NUL character, which no text has. Export the file again as a CSV in UTF-8.`,
    { line },
  );
