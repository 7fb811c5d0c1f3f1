const SLASH = 0x2f;
const TILDE = 0x7e;

/** The end of a part of a key. It sorts before every byte of a longer part. */
const END = 0x00;
/** Above every key that begins as the bound does. */
const ABOVE = 0xff;
/** The bytes 0 and 1 follow this one, one higher. */
const ESCAPE_LOW = 0x01;
/** The bytes 254 and 255 follow this one. */
const ESCAPE_HIGH = 0xfe;

/** Of the longest keys that DynamoDB allows, in hexadecimal and escaped. A longer text gets a buffer of its own. */
let scratch = Buffer.allocUnsafe(16_384);

/**
 * The bytes of a key of dynalite, or of a bound of a range: parts in hexadecimal, each with a `/` after it; a bound may end with `~`. Bytes have
 * the order of the texts and half their size.
 *
 * A part has an odd number of digits if it is a number, which never ends with the digit 0, or the beginning of a bound. A digit is added to it: the
 * least one, before a `~` the greatest.
 */
export function keyBytes(text: string): Uint8Array {
  if (scratch.length < 2 * text.length + 2) scratch = Buffer.allocUnsafe(4 * text.length);
  let length = 0;
  let high = -1;
  const write = (byte: number) => {
    if (byte <= ESCAPE_LOW) {
      scratch[length++] = ESCAPE_LOW;
      scratch[length++] = byte + 1;
    } else {
      if (byte >= ESCAPE_HIGH) scratch[length++] = ESCAPE_HIGH;
      scratch[length++] = byte;
    }
  };
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === SLASH || code === TILDE) {
      if (high !== -1) write((high << 4) | (code === TILDE ? 0xf : 0));
      high = -1;
      scratch[length++] = code === SLASH ? END : ABOVE;
      continue;
    }
    const digit = digitOf(code);
    if (digit === -1) throw new Error(`A key has an unknown form: ${text}`);
    if (high === -1) high = digit;
    else {
      write((high << 4) | digit);
      high = -1;
    }
  }
  if (high !== -1) write(high << 4);
  return Uint8Array.prototype.slice.call(scratch, 0, length);
}

function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  return code >= 0x61 && code <= 0x66 ? code - 0x57 : -1;
}
