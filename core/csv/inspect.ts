import { createHash } from 'node:crypto';
import { PregonError } from '../errors.ts';
import { binaryKind } from './binary.ts';
import { type Encoding, encodingByMark, undecodableAt } from './encoding.ts';
import { CSV_LIMITS } from './limits.ts';
import { lineAt } from './lines.ts';
import type { CsvSource } from './source.ts';
import { profileUtf8, Utf8Check } from './utf8.ts';

export interface Inspection {
  /** SHA-256, lower-case hex, over the prefix and every byte of the file. */
  sha256: string;
  bytes: number;
  encoding: Encoding;
  warnings: string[];
}

export interface InspectOptions {
  /** Goes into the hash before the file. */
  hashPrefix?: string;
}

/**
 * Reads a file once for what only the whole of it tells: its hash and its encoding. The second reading then needs no
 * more memory than a row, whatever the size. Throws InvalidCsv or UnsupportedMedia where it cannot be a CSV.
 */
export async function inspectCsv(source: CsvSource, { hashPrefix = '' }: InspectOptions = {}): Promise<Inspection> {
  const hash = createHash('sha256').update(hashPrefix);
  const utf8 = new Utf8Check();
  const heads: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of source.open()) {
    hash.update(chunk);
    utf8.push(chunk);
    if (bytes < CSV_LIMITS.headBytes) heads.push(chunk);
    bytes += chunk.length;
  }
  const head = Buffer.concat(heads).subarray(0, CSV_LIMITS.headBytes);
  const marked = encodingByMark(head);
  if (bytes === marked.bomBytes) throw new PregonError('InvalidCsv', 'The file is empty.');

  const found = { sha256: hash.digest('hex'), bytes };
  if (marked.name !== 'utf-8') return { ...found, encoding: marked, warnings: [] };
  const kind = binaryKind(head);
  if (kind) throw new PregonError('UnsupportedMedia', `The file is not a CSV: it looks like ${kind}.`);
  if (utf8.end()) return { ...found, encoding: marked, warnings: [] };
  return { ...found, ...(await fallBack(source, marked)) };
}

/** Windows-1252 takes nearly any bytes: it is the answer only where nothing says that the file was meant as UTF-8. */
async function fallBack(source: CsvSource, marked: Encoding): Promise<Pick<Inspection, 'encoding' | 'warnings'>> {
  const profile = await profileUtf8(source.open());
  if (marked.bomBytes > 0 || profile.sequences > profile.faults) {
    throw undecodableAt(await lineAt(source.open(), profile.firstFault), 'UTF-8');
  }
  if (profile.firstUndefinedIn1252 >= 0) {
    throw undecodableAt(await lineAt(source.open(), profile.firstUndefinedIn1252), 'UTF-8 nor Windows-1252');
  }
  return {
    encoding: { name: 'windows-1252', bomBytes: 0 },
    warnings: ['The file is not UTF-8 and was read as Windows-1252. If accents look wrong, save it as UTF-8.'],
  };
}
