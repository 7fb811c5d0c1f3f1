import { createHash } from 'node:crypto';
import type { ValidRow } from './row.ts';

/** Characters that are hashed at once, because each call of the hash has a cost of its own. */
const TOGETHER = 64 * 1024;

/** A hash over rows as they are sent, in order: the same however the bytes of their file differ. */
export class RowsHash {
  readonly #hash = createHash('sha256');
  #pending = '';

  add({ email, subject, content }: Pick<ValidRow, 'email' | 'subject' | 'content'>): void {
    for (const field of [email, subject, content]) {
      // Tools that change the line ends of a file change those inside its cells too.
      const text = field.includes('\r') ? field.replace(/\r\n?/g, '\n') : field;
      // The length before each text: where one ends and the next begins counts too.
      this.#pending += `${text.length}:${text}`;
    }
    if (this.#pending.length >= TOGETHER) this.#hashPending();
  }

  #hashPending(): void {
    this.#hash.update(this.#pending);
    this.#pending = '';
  }

  /** SHA-256 in lower-case hex; nothing can be added behind it. */
  end(): string {
    this.#hashPending();
    return this.#hash.digest('hex');
  }
}
