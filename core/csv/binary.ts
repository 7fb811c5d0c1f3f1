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

/** More control characters than this, of all in the head, and no one wrote it as text. */
const CONTROL_SHARE = 0.1;

/** Says what kind of binary file a head of bytes without a UTF-16 mark is; undefined for text. */
export function binaryKind(head: Uint8Array): string | undefined {
  const hex = Buffer.from(head.subarray(0, 4)).toString('hex');
  const known = SIGNATURES.find(([bytes]) => hex.startsWith(bytes));
  if (known) return known[1];

  const sample = head.subarray(0, 4096);
  const nuls = sample.filter((byte) => byte === 0).length;
  if (sample.length >= 4 && nuls >= sample.length * 0.4) {
    return 'UTF-16 without a byte order mark: save it as UTF-8';
  }
  const controls = sample.filter((byte) => byte < 32 && byte !== 9 && byte !== 10 && byte !== 13).length;
  return controls > sample.length * CONTROL_SHARE ? 'a binary file' : undefined;
}
