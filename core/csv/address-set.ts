import { hash } from 'node:crypto';

const WORDS = 3;
/** Tables that grow one by one, so that a growing table is a copy of 4 KB to 200 KB and not of all. */
const TABLES = 256;
const FIRST_SLOTS = 16;
/** The most slots of a table that are taken, so that a free one is near, and how much larger a full table becomes. */
const MAX_LOAD = 0.8;
const GROWTH = 1.5;

/**
 * Remembers addresses by 96 bits of their SHA-256 in flat tables: 2,000,000 of them take 30 to 45 MB, where a Set of strings takes
 * some 250 MB. Two different addresses meet once in 10^16 such files.
 */
export class AddressSet {
  readonly #tables = Array.from({ length: TABLES }, () => new Table());

  get size(): number {
    return this.#tables.reduce((sum, { size }) => sum + size, 0);
  }

  /** False when the address was there already. */
  add(address: string): boolean {
    // One character for each byte, which takes half the time of a buffer.
    const digest = hash('sha256', address, 'binary');
    return this.#tableOf(digest)?.add(keyOf(digest)) ?? false;
  }

  /** Whether the address with this SHA-256, in hex, is in it. */
  hasHash(hex: string): boolean {
    const digest = Buffer.from(hex, 'hex').toString('binary');
    return this.#tableOf(digest)?.has(keyOf(digest)) ?? false;
  }

  #tableOf(digest: string): Table | undefined {
    return this.#tables[digest.charCodeAt(WORDS * 4) % TABLES];
  }
}

class Table {
  size = 0;
  #slots = FIRST_SLOTS;
  #words = new Uint32Array(FIRST_SLOTS * WORDS);

  add(key: Key): boolean {
    const slot = this.#find(key);
    if (this.#words[slot] !== 0) return false;
    this.#words.set(key, slot);
    this.size++;
    if (this.size > this.#slots * MAX_LOAD) this.#grow();
    return true;
  }

  has(key: Key): boolean {
    return this.#words[this.#find(key)] !== 0;
  }

  /** Where the key is, or the free slot where it belongs. */
  #find([first, second, third]: Key): number {
    const words = this.#words;
    let slot = (first % this.#slots) * WORDS;
    while (words[slot] !== 0 && !(words[slot] === first && words[slot + 1] === second && words[slot + 2] === third)) {
      slot = (slot + WORDS) % words.length;
    }
    return slot;
  }

  #grow(): void {
    const old = this.#words;
    this.#slots = Math.ceil(this.#slots * GROWTH);
    this.#words = new Uint32Array(this.#slots * WORDS);
    for (let at = 0; at < old.length; at += WORDS) {
      if (old[at] === 0) continue;
      const key: Key = [old[at] ?? 0, old[at + 1] ?? 0, old[at + 2] ?? 0];
      this.#words.set(key, this.#find(key));
    }
  }
}

const wordAt = (bytes: string, at: number) =>
  (bytes.charCodeAt(at) |
    (bytes.charCodeAt(at + 1) << 8) |
    (bytes.charCodeAt(at + 2) << 16) |
    (bytes.charCodeAt(at + 3) << 24)) >>>
  0;

type Key = readonly [number, number, number];

/** A first word of 0 marks a free slot. */
const keyOf = (digest: string): Key => [wordAt(digest, 0) || 1, wordAt(digest, 4), wordAt(digest, 8)];
