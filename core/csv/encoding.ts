import { PregonError } from '../errors.ts';
import { lineAt } from './lines.ts';
import type { CsvSource } from './source.ts';

export const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
export type EncodingName = (typeof ENCODINGS)[number];

export interface Encoding {
  name: EncodingName;
  bomBytes: number;
}

/** What the byte order mark at the start says; UTF-8 without one where there is none. */
export function encodingByMark(head: Uint8Array): Encoding {
  const [a, b, c] = head;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { name: 'utf-8', bomBytes: 3 };
  if (a === 0xff && b === 0xfe) return { name: 'utf-16le', bomBytes: 2 };
  if (a === 0xfe && b === 0xff) return { name: 'utf-16be', bomBytes: 2 };
  return { name: 'utf-8', bomBytes: 0 };
}

/**
 * The file as UTF-8 without its byte order mark, chunk by chunk. The file has been inspected: what is UTF-8 is valid.
 * Throws InvalidCsv, with the line, for UTF-16 that cannot be decoded and for a NUL.
 */
export async function* decodeCsv(source: CsvSource, encoding: Encoding): AsyncGenerator<Buffer> {
  let yielded = 0;
  for await (const chunk of transcode(source, encoding)) {
    const nul = chunk.indexOf(0);
    if (nul >= 0) throw nulAt(await lineAt(transcode(source, encoding), yielded + nul));
    yielded += chunk.length;
    yield chunk;
  }
}

function transcode(source: CsvSource, { name, bomBytes }: Encoding): AsyncGenerator<Buffer> {
  const bytes = () => withoutMark(source, bomBytes);
  if (name === 'utf-8') return bytes();
  if (name === 'windows-1252') return fromWindows1252(bytes());
  return fromUtf16(bytes, name);
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

async function* fromWindows1252(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder('windows-1252');
  for await (const chunk of bytes) yield Buffer.from(decoder.decode(chunk, { stream: true }));
}

async function* fromUtf16(open: () => AsyncIterable<Buffer>, name: 'utf-16le' | 'utf-16be'): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(name, { fatal: true, ignoreBOM: true });
  let characters = 0;
  try {
    for await (const chunk of open()) {
      const text = decoder.decode(chunk, { stream: true });
      characters += text.length;
      if (text) yield Buffer.from(text);
    }
    decoder.decode();
  } catch (error) {
    if (!isUndecodable(error)) throw error;
    throw undecodableAt(await lineOfUtf16Fault(open(), name, characters), name.toUpperCase());
  }
}

const isUndecodable = (error: unknown) => (error as { code?: unknown }).code === 'ERR_ENCODING_INVALID_ENCODED_DATA';

/** Decodes again without complaint: the first replacement character after what was right is the fault. */
async function lineOfUtf16Fault(bytes: AsyncIterable<Buffer>, name: string, rightCharacters: number): Promise<number> {
  const decoder = new TextDecoder(name, { ignoreBOM: true });
  let text = '';
  for await (const chunk of bytes) text += decoder.decode(chunk, { stream: true });
  text += decoder.decode();
  // The last right characters may have been kept back as half of a pair.
  const fault = text.indexOf('\ufffd', Math.max(0, rightCharacters - 2));
  return text.slice(0, fault < 0 ? text.length : fault).split(/\r\n|\r|\n/).length;
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
