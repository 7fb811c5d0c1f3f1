import { isAscii } from 'node:buffer';
import { PregonError } from '../errors.ts';
import { binaryKind, isUtf32, utf16WithoutMark } from './binary.ts';
import { type Encoding, undecodableAt } from './encoding.ts';
import { likelyEncodings } from './likely-encodings.ts';
import { CSV_LIMITS } from './limits.ts';
import { lineAt } from './lines.ts';
import type { CsvSource } from './source.ts';
import { profileUtf8 } from './utf8.ts';
import { isLikelyDos, isPlausible1252 } from './windows-1252.ts';

/** What one reading of a file tells about its encoding. */
export interface EncodingFacts {
  head: Uint8Array;
  /** The byte order mark. */
  mark: Encoding | undefined;
  /** The encoding that the uploader named. */
  named: string | undefined;
  isUtf8: boolean;
  /** It has escape sequences of ISO-2022-JP, which is all ASCII. */
  hasEscapes: boolean;
  hasHighBytes: boolean;
}

export interface ChosenEncoding {
  encoding: Encoding | PregonError;
  warnings: string[];
}

/**
 * Decides how a file is read: by its byte order mark, which outweighs a name as it does in browsers; by the name; as UTF-8; as
 * Windows-1252 where the text is plausible in it. Answers the error to refuse the file with where none fits.
 * Throws UnsupportedMedia for what is not text.
 */
export async function chooseEncoding(source: CsvSource, facts: EncodingFacts): Promise<ChosenEncoding> {
  const { head, mark, named, isUtf8 } = facts;
  if (isUtf32(head)) return sure(utf32());
  if (mark && mark.name !== 'utf-8') return sure(mark);
  if (mark) return sure(isUtf8 ? mark : await brokenUtf8(source));
  if (named?.startsWith('utf-16')) return sure(plain(named));

  const utf16 = utf16WithoutMark(head);
  if (utf16) return sure(utf16Unmarked(utf16));
  const kind = binaryKind(head);
  if (kind) throw new PregonError('UnsupportedMedia', `The file is not a CSV: it looks like ${kind}.`);
  if (named === 'utf-8') return sure(isUtf8 ? plain(named) : await brokenUtf8(source));
  if (named !== undefined) {
    return { encoding: plain(named), warnings: isUtf8 && facts.hasHighBytes ? [WARNINGS.looksLikeUtf8(named)] : [] };
  }
  if (isUtf8) return sure(facts.hasEscapes ? implausible(['iso-2022-jp'], 1) : plain('utf-8'));
  const encoding = await fallBack(source);
  return { encoding, warnings: encoding instanceof PregonError ? [] : [WARNINGS.readAs1252] };
}

const sure = (encoding: Encoding | PregonError): ChosenEncoding => ({ encoding, warnings: [] });

const WARNINGS = {
  readAs1252:
    'The file is not UTF-8 and was read as Windows-1252. If accents look wrong, save it as UTF-8 or name its encoding in the field "encoding".',
  looksLikeUtf8: (named: string) =>
    `The file was read as ${named}, as the upload says, but its bytes are valid UTF-8. If accents look wrong, name utf-8.`,
};

const plain = (name: string): Encoding => ({ name, bomBytes: 0 });

async function brokenUtf8(source: CsvSource): Promise<PregonError> {
  const { firstFault } = await profileUtf8(source.open());
  return undecodableAt(await lineAt(source.open(), firstFault), 'UTF-8');
}

/** Windows-1252 takes nearly any bytes: it is the answer only where the file was not meant as UTF-8 and the text makes sense in it. */
async function fallBack(source: CsvSource): Promise<Encoding | PregonError> {
  const profile = await profileUtf8(source.open());
  if (profile.sequences > profile.faults) {
    return undecodableAt(await lineAt(source.open(), profile.firstFault), 'UTF-8');
  }
  const sample = await linesBeyondAscii(source);
  const undefinedByte = profile.firstUndefinedIn1252;
  if (undefinedByte < 0 && isPlausible1252(sample)) return plain('windows-1252');
  const at = undefinedByte < 0 ? profile.firstFault : undefinedByte;
  return implausible(likelyEncodings(sample), await lineAt(source.open(), at), isLikelyDos(sample));
}

const implausible = (likely: readonly string[], line: number, isDos = false) =>
  new PregonError(
    'InvalidCsv',
    `Line ${line} is neither UTF-8 nor plausible Windows-1252. ${WAY_OUT}` +
      (likely.length ? `; it is likely ${likely.join(' or ')}.` : '.') +
      (isDos ? ' If Excel saved it as "CSV (MS-DOS)", or a program of DOS wrote it, save it as "CSV UTF-8".' : ''),
    { line, likelyEncodings: likely },
  );

/** The Encoding Standard has no UTF-32, so no name of an encoding helps. */
const utf32 = () =>
  new PregonError('InvalidCsv', 'The file looks like UTF-32, which cannot be read. Save the file as UTF-8.', {
    line: 1,
  });

const utf16Unmarked = (name: string) =>
  new PregonError('InvalidCsv', `The file looks like UTF-16 without a byte order mark. ${WAY_OUT}: ${name}.`, {
    line: 1,
    likelyEncodings: [name],
  });

const WAY_OUT = 'Save the file as UTF-8, or name its encoding in the field "encoding"';

/** The first lines that have bytes beyond ASCII, up to the size of a sample. */
async function linesBeyondAscii(source: CsvSource): Promise<Uint8Array> {
  const lines: Buffer[] = [];
  let size = 0;
  let rest = Buffer.alloc(0);
  const keep = (line: Buffer) => {
    if (isAscii(line)) return;
    lines.push(line);
    size += line.length;
  };
  for await (const chunk of source.open()) {
    const bytes = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, start)) {
      keep(bytes.subarray(start, end + 1));
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (size + rest.length >= CSV_LIMITS.encodingSampleBytes) break;
  }
  keep(rest);
  return Buffer.concat(lines).subarray(0, CSV_LIMITS.encodingSampleBytes);
}

const LF = 10;
