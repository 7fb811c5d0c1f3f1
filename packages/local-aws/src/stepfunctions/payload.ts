import type { Json } from '../json.ts';

/** Step Functions' limit for the input or output of a state, a task or an execution, in bytes of UTF-8. */
export const PAYLOAD_LIMIT = 256 * 1024;

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

  /** Whether it exceeds the payload limit. Short texts need no measuring. */
  get isTooLarge(): boolean {
    return this.text.length * 3 > PAYLOAD_LIMIT && Buffer.byteLength(this.text) > PAYLOAD_LIMIT;
  }

  /** A snapshot contains the text. */
  toJSON(): string {
    return this.text;
  }
}

export const EMPTY_OBJECT = Payload.of({});
