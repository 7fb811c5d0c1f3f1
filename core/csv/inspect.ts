import { isAscii } from 'node:buffer';
import { createHash } from 'node:crypto';
import { PregonError } from '../errors.ts';
import { chooseEncoding } from './choose-encoding.ts';
import { type Encoding, encodingByMark } from './encoding.ts';
import { CSV_LIMITS } from './limits.ts';
import type { CsvSource } from './source.ts';
import { Utf8Check } from './utf8.ts';

export interface Inspection {
  /** SHA-256, lower-case hex, over the prefix, every byte of the file and the suffix. */
  sha256: string;
  bytes: number;
  /** How the file is read, or the reason for which it cannot be: a file that was uploaded before is known all the same. */
  encoding: Encoding | PregonError;
  warnings: string[];
}

export interface InspectOptions {
  /** Goes into the hash before the file. */
  hashPrefix?: string;
  /** Goes into the hash behind the file. */
  hashSuffix?: string;
  /** The encoding that the uploader named, by its name in the standard. */
  encoding?: string | undefined;
}

/**
 * Reads a file once for what only the whole of it tells: its hash and its encoding. The second reading then needs no
 * more memory than a row, whatever the size. Throws InvalidCsv or UnsupportedMedia where it cannot be a CSV.
 */
export async function inspectCsv(
  source: CsvSource,
  { hashPrefix = '', hashSuffix = '', encoding: named }: InspectOptions = {},
): Promise<Inspection> {
  const hash = createHash('sha256').update(hashPrefix);
  const utf8 = new Utf8Check();
  const heads: Uint8Array[] = [];
  let bytes = 0;
  let hasEscapes = false;
  let hasHighBytes = false;
  for await (const chunk of source.open()) {
    hash.update(chunk);
    utf8.push(chunk);
    if (bytes < CSV_LIMITS.headBytes) heads.push(chunk);
    hasEscapes ||= ISO_2022_JP.some((sequence) => asBuffer(chunk).includes(sequence));
    hasHighBytes ||= !isAscii(chunk);
    bytes += chunk.length;
  }
  const head = Buffer.concat(heads).subarray(0, CSV_LIMITS.headBytes);
  const mark = encodingByMark(head);
  if (bytes === (mark?.bomBytes ?? 0)) throw new PregonError('InvalidCsv', 'The file is empty.');

  const facts = { head, mark, named, isUtf8: utf8.end(), hasEscapes, hasHighBytes };
  hash.update(hashSuffix);
  return { sha256: hash.digest('hex'), bytes, ...(await chooseEncoding(source, facts)) };
}

/** The encoding to read an inspected file in. Throws InvalidCsv where it cannot be told. */
export function encodingOf({ encoding }: Inspection): Encoding {
  if (encoding instanceof PregonError) throw encoding;
  return encoding;
}

/** The escape sequences of Japanese in seven bits, as old mail programs export it. */
const ISO_2022_JP = ['\x1b$B', '\x1b$@'];
const asBuffer = (chunk: Uint8Array) => Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
