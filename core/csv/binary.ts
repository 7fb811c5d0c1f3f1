const SIGNATURES: readonly (readonly [bytes: string, kind: string])[] = [
  ['89504e47', 'a PNG image'],
  ['ffd8ff', 'a JPEG image'],
  ['47494638', 'a GIF image'],
  ['25504446', 'a PDF'],
  ['504b0304', 'a ZIP archive, as Excel workbooks are: export the sheet as CSV'],
  ['d0cf11e0', 'an old Office document: export the sheet as CSV'],
  ['1f8b', 'a gzip archive: unpack it first'],
  ['52494646', 'a RIFF media file'],
  ['7f454c46', 'a program'],
];

/** A file whose head has more control characters than this share is not text. */
const CONTROL_SHARE = 0.1;
const SAMPLE_BYTES = 4096;

/** Says what kind of binary file a head of bytes is; undefined for text of one byte or more per character. */
export function binaryKind(head: Uint8Array): string | undefined {
  const known = signatureOf(head);
  if (known) return known;

  const sample = head.subarray(0, SAMPLE_BYTES);
  const controls = sample.filter((byte) => byte < 32 && byte !== 9 && byte !== 10 && byte !== 13).length;
  return controls > sample.length * CONTROL_SHARE ? 'a binary file' : undefined;
}

function signatureOf(head: Uint8Array): string | undefined {
  const hex = Buffer.from(head.subarray(0, 4)).toString('hex');
  return SIGNATURES.find(([bytes]) => hex.startsWith(bytes))?.[1];
}

/** Whether a head of bytes is UTF-32: by its mark, or because the upper half of each character is NUL. */
export function isUtf32(head: Uint8Array): boolean {
  const sample = Buffer.from(head.subarray(0, SAMPLE_BYTES & ~3));
  if (sample.length < 8) return false;
  if (/^(?:fffe0000|0000feff)/.test(sample.toString('hex', 0, 4))) return true;
  // In UTF-32 no character is above U+10FFFF, and hardly any is above U+FFFF.
  const upperIsNul = (at: number) => {
    let count = 0;
    for (let start = 0; start + 4 <= sample.length; start += 4) if (sample.readUInt16LE(start + at) === 0) count++;
    return count >= (sample.length / 4) * 0.9;
  };
  return upperIsNul(0) !== upperIsNul(2);
}

/** The byte order of UTF-16 without its mark: its ASCII characters, the header at least, have each second byte NUL. */
export function utf16WithoutMark(head: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (signatureOf(head)) return undefined;
  const sample = head.subarray(0, SAMPLE_BYTES);
  const nuls = [0, 0];
  sample.forEach((byte, at) => {
    if (byte === 0) nuls[at % 2] = (nuls[at % 2] ?? 0) + 1;
  });
  const [even = 0, odd = 0] = nuls;
  // A share of all characters that is more than stray NULs; nearly all of them at one of two places.
  if (sample.length < 4 || Math.max(even, odd) < sample.length / 16) return undefined;
  if (odd >= 20 * even) return 'utf-16le';
  return even >= 20 * odd ? 'utf-16be' : undefined;
}
