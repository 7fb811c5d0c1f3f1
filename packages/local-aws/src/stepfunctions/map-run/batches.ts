import { dataLimitExceeded, StateFailed } from '../errors.ts';
import { PAYLOAD_LIMIT } from '../payload.ts';

export interface BatchLimits {
  maxItems?: number;
  maxBytes?: number;
  /** JSON of BatchInput. */
  input?: string;
}

/** Input of one child execution. */
export interface ChildInput {
  /** Index of its first item. */
  item: number;
  items: number;
  text: string;
}

/** Gathers items into the inputs of children: one item each, or as many as a batch may hold by count and by bytes. */
export class Batches {
  readonly #limits: BatchLimits | undefined;
  readonly #stateName: string;
  readonly #most: number;
  readonly #frame: number;
  #texts: string[] = [];
  #bytes = 0;
  #first = 0;

  constructor(limits: BatchLimits | undefined, stateName: string) {
    this.#limits = limits;
    this.#stateName = stateName;
    this.#most = Math.min(limits?.maxBytes ?? PAYLOAD_LIMIT, PAYLOAD_LIMIT);
    this.#frame = Buffer.byteLength(this.#wrap([]));
  }

  /** Adds the item with this index; answers the child input that is full with it or without it. */
  *add(index: number, text: string): Generator<ChildInput> {
    const bytes = Buffer.byteLength(text);
    if (this.#limits === undefined) {
      if (bytes > PAYLOAD_LIMIT) throw new StateFailed(dataLimitExceeded(this.#stateName));
      yield { item: index, items: 1, text };
      return;
    }
    // Each item but the first brings a comma.
    if (this.#texts.length > 0 && this.#frame + this.#bytes + bytes + 1 > this.#most) yield* this.flush();
    if (this.#frame + bytes > this.#most) throw new StateFailed(dataLimitExceeded(this.#stateName));
    if (this.#texts.length === 0) this.#first = index;
    this.#bytes += bytes + (this.#texts.length > 0 ? 1 : 0);
    this.#texts.push(text);
    if (this.#texts.length === this.#limits.maxItems) yield* this.flush();
  }

  /** The batch that is not full. */
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
