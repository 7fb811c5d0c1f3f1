const LF = 10;
const CR = 13;

/**
 * The line, from 1, that a byte of a file is in. Reads the file again up to there: only a file that is refused pays for it.
 * CRLF, LF and CR each end one line; the bytes are of an encoding that extends ASCII.
 */
export async function lineAt(bytes: AsyncIterable<Uint8Array>, offset: number): Promise<number> {
  let line = 1;
  let position = 0;
  let previous = 0;
  for await (const chunk of bytes) {
    for (const byte of chunk) {
      if (position >= offset) return line;
      if (byte === CR || (byte === LF && previous !== CR)) line++;
      previous = byte;
      position++;
    }
  }
  return line;
}

/** The first byte at or after `offset` that ends no line: blank lines before a record are not where it begins. */
export async function skipLineEnds(bytes: AsyncIterable<Uint8Array>, offset: number): Promise<number> {
  let position = 0;
  for await (const chunk of bytes) {
    for (const byte of chunk) {
      if (position >= offset && byte !== CR && byte !== LF) return position;
      position++;
    }
  }
  return position;
}
