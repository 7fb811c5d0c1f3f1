import { isUtf8 } from 'node:buffer';
import { UNDEFINED_IN_1252 } from './windows-1252.ts';

/** Says whether a stream of chunks is valid UTF-8, sequences across two chunks included. */
export class Utf8Check {
  #rest: Uint8Array = new Uint8Array(0);
  #valid = true;

  push(chunk: Uint8Array): void {
    if (!this.#valid) return;
    const bytes = this.#rest.length ? Buffer.concat([this.#rest, chunk]) : chunk;
    const end = bytes.length - unfinishedTail(bytes);
    this.#valid = isUtf8(bytes.subarray(0, end));
    this.#rest = bytes.slice(end);
  }

  end(): boolean {
    return this.#valid && this.#rest.length === 0;
  }
}

/** How many bytes at the end begin a sequence that goes on in the next chunk. */
export function unfinishedTail(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < sequenceLength(byte) ? back : 0;
  }
  return 0;
}

const sequenceLength = (lead: number) => (lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2);

export interface Utf8Profile {
  /** Characters of two bytes or more that are right. */
  sequences: number;
  /** Places where a byte fits nowhere. */
  faults: number;
  firstFault: number;
  /** The first byte that Windows-1252 leaves undefined, or -1. */
  firstUndefinedIn1252: number;
}

/**
 * Counts what is right and wrong in a file that is not valid UTF-8, by the decoder of the WHATWG Encoding Standard: a file with
 * many right sequences and one wrong byte is broken UTF-8, and reading it as Windows-1252 would spoil every accent in it.
 */
export async function profileUtf8(bytes: AsyncIterable<Uint8Array>): Promise<Utf8Profile> {
  const profile: Utf8Profile = { sequences: 0, faults: 0, firstFault: -1, firstUndefinedIn1252: -1 };
  let needed = 0;
  let lower = 0x80;
  let upper = 0xbf;
  let position = 0;

  const fault = () => {
    profile.faults++;
    if (profile.firstFault < 0) profile.firstFault = position;
    needed = 0;
  };
  const begin = (byte: number) => {
    if (byte < 0x80) return;
    if (byte < 0xc2 || byte > 0xf4) return fault();
    needed = sequenceLength(byte) - 1;
    lower = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
    upper = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
  };

  for await (const chunk of bytes) {
    for (const byte of chunk) {
      if (profile.firstUndefinedIn1252 < 0 && UNDEFINED_IN_1252.has(byte)) profile.firstUndefinedIn1252 = position;
      if (needed === 0) begin(byte);
      else if (byte >= lower && byte <= upper) {
        lower = 0x80;
        upper = 0xbf;
        if (--needed === 0) profile.sequences++;
      } else {
        fault();
        begin(byte);
      }
      position++;
    }
  }
  if (needed > 0) fault();
  return profile;
}
