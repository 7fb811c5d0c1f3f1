import { dataLimitExceeded, StateFailed } from '../errors.ts';

export interface BatchLimits {
  maxItems?: number;
  maxBytes?: number;
  /** JSON of BatchInput. */
  input?: string;
}

/** The input of a child execution. */
export interface ChildInput {
  /** Index of its first item. */
  item: number;
  items: number;
  text: string;
}

/** Turns items into inputs of children: one item each, or batches up to a number of items and of bytes. */
export class Batches {
  readonly #limits: BatchLimits | undefined;
  readonly #stateName: string;
  readonly #maxBytes: number;
  /** Bytes of a batch without items. */
  readonly #emptyBytes: number;
  #texts: string[] = [];
  #bytes = 0;
  #first = 0;

  /** @param mostBytes the largest input of a child */
  constructor(limits: BatchLimits | undefined, stateName: string, mostBytes: number) {
    this.#limits = limits;
    this.#stateName = stateName;
    this.#maxBytes = Math.min(limits?.maxBytes ?? mostBytes, mostBytes);
    this.#emptyBytes = Buffer.byteLength(this.#wrap([]));
  }

  /** Adds the item with this index. Yields the inputs that are complete. */
  *add(index: number, text: string): Generator<ChildInput> {
    const bytes = Buffer.byteLength(text);
    if (this.#limits === undefined) {
      if (bytes > this.#maxBytes) throw new StateFailed(dataLimitExceeded(this.#stateName));
      yield { item: index, items: 1, text };
      return;
    }
    // Each item except the first needs a comma.
    if (this.#texts.length > 0 && this.#emptyBytes + this.#bytes + bytes + 1 > this.#maxBytes) yield* this.flush();
    if (this.#emptyBytes + bytes > this.#maxBytes) throw new StateFailed(dataLimitExceeded(this.#stateName));
    if (this.#texts.length === 0) this.#first = index;
    this.#bytes += bytes + (this.#texts.length > 0 ? 1 : 0);
    this.#texts.push(text);
    if (this.#texts.length === this.#limits.maxItems) yield* this.flush();
  }

  /** Yields the incomplete batch, if there is one. */
  *flush(): Generator<ChildInput> {
    if (this.#texts.length === 0) return;
    yield { item: this.#first, items: this.#texts.length, text: this.#wrap(this.#texts) };
    this.#texts = [];
    this.#bytes = 0;
  }

  #wrap(texts: readonly string[]): string {
    const input = this.#limits?.input;
    return `{${input === undefined ? '' : `"BatchInput":${input},`}"Items":[${texts.join(',')}]}`;
  }
}
