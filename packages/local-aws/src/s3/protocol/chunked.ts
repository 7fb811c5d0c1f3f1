import { Transform, type TransformCallback } from 'node:stream';
import { AwsError } from '../../gateway/errors.ts';

const CRLF = Buffer.from('\r\n');
/** Size lines and trailer lines are short. A longer line is not aws-chunked. */
const MAX_LINE = 8_192;

/** Decodes an `aws-chunked` body and keeps its trailers. */
export class ChunkedDecoder extends Transform {
  readonly trailers = new Map<string, string>();
  #state: 'size' | 'data' | 'data-end' | 'trailers' | 'done' = 'size';
  #left = 0;
  #held: Buffer = Buffer.alloc(0);

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    try {
      while (this.#advance());
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  }

  override _flush(done: TransformCallback): void {
    // The last line may lack its line break.
    if (this.#state === 'trailers' || this.#state === 'done') done();
    else done(incomplete());
  }

  /** Takes one step. Returns false if more bytes are needed. */
  #advance(): boolean {
    switch (this.#state) {
      case 'size': {
        const line = this.#line();
        if (line === undefined) return false;
        const size = /^([0-9a-fA-F]+)(?:;|$)/.exec(line)?.[1];
        if (size === undefined) throw incomplete();
        this.#left = Number.parseInt(size, 16);
        this.#state = this.#left === 0 ? 'trailers' : 'data';
        return true;
      }
      case 'data': {
        if (this.#held.length === 0) return false;
        const part = this.#held.subarray(0, this.#left);
        this.push(part);
        this.#held = this.#held.subarray(part.length);
        this.#left -= part.length;
        if (this.#left === 0) this.#state = 'data-end';
        return true;
      }
      case 'data-end': {
        const line = this.#line();
        if (line === undefined) return false;
        if (line !== '') throw incomplete();
        this.#state = 'size';
        return true;
      }
      case 'trailers': {
        const line = this.#line();
        if (line === undefined) return false;
        if (line === '') {
          this.#state = 'done';
          return true;
        }
        const colon = line.indexOf(':');
        if (colon > 0) this.trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
        return true;
      }
      case 'done':
        this.#held = Buffer.alloc(0);
        return false;
    }
  }

  #line(): string | undefined {
    const end = this.#held.indexOf(CRLF);
    if (end === -1) {
      if (this.#held.length > MAX_LINE) throw incomplete();
      return undefined;
    }
    const line = this.#held.toString('latin1', 0, end);
    this.#held = this.#held.subarray(end + 2);
    return line;
  }
}

const incomplete = () => new AwsError('IncompleteBody', 'The request body terminated unexpectedly', 400);
