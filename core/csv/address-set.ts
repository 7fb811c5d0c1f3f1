import { hash } from 'node:crypto';

const WORDS = 3;

/**
 * Remembers addresses by 96 bits of their SHA-1 in one flat table: 2,000,000 of them take 48 MB at most, where a Set of strings takes
 * some 250 MB. Two different addresses meet once in 10^16 such files.
 */
export class AddressSet {
  #table: Uint32Array;
  #slots: number;
  #size = 0;

  constructor(slots = 1024) {
    this.#slots = slots;
    this.#table = new Uint32Array(slots * WORDS);
  }

  get size(): number {
    return this.#size;
  }

  /** False when the address was there already. */
  add(address: string): boolean {
    const digest = hash('sha1', address, 'buffer');
    // A first word of 0 marks a free slot.
    const key: Key = [digest.readUInt32LE(0) || 1, digest.readUInt32LE(4), digest.readUInt32LE(8)];
    const slot = this.#find(key);
    if (this.#table[slot] !== 0) return false;
    this.#table.set(key, slot);
    this.#size++;
    // Half full at most, so that a free slot is near.
    if (this.#size * 2 > this.#slots) this.#grow();
    return true;
  }

  /** Where the key is, or the free slot where it belongs. */
  #find([first, second, third]: Key): number {
    let slot = (first % this.#slots) * WORDS;
    while (
      this.#table[slot] !== 0 &&
      !(this.#table[slot] === first && this.#table[slot + 1] === second && this.#table[slot + 2] === third)
    ) {
      slot = (slot + WORDS) % this.#table.length;
    }
    return slot;
  }

  #grow(): void {
    const old = this.#table;
    this.#slots *= 2;
    this.#table = new Uint32Array(this.#slots * WORDS);
    for (let at = 0; at < old.length; at += WORDS) {
      if (old[at] === 0) continue;
      const key: Key = [old[at] ?? 0, old[at + 1] ?? 0, old[at + 2] ?? 0];
      this.#table.set(key, this.#find(key));
    }
  }
}

type Key = readonly [number, number, number];
