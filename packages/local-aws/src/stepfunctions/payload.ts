import type { Json } from '../json.ts';

/** A JSON value that is kept as text, because most payloads are passed on, stored and shown without being parsed. */
export class Payload {
  readonly text: string;
  #value: Json | undefined;

  constructor(text: string, value?: Json) {
    this.text = text;
    this.#value = value;
  }

  static of(value: Json): Payload {
    return new Payload(JSON.stringify(value), value);
  }

  get value(): Json {
    this.#value ??= JSON.parse(this.text) as Json;
    return this.#value;
  }

  /** Whether it has more bytes of UTF-8. Short texts need no measuring. */
  exceeds(bytes: number): boolean {
    return this.text.length * 3 > bytes && Buffer.byteLength(this.text) > bytes;
  }

  /** A snapshot contains the text. */
  toJSON(): string {
    return this.text;
  }
}

export const EMPTY_OBJECT = Payload.of({});
