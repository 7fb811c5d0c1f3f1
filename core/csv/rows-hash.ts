import { createHash } from 'node:crypto';
import type { ValidRow } from './row.ts';

/** A hash over rows as they are sent, in order: the same however the bytes of their file differ. */
export class RowsHash {
  readonly #hash = createHash('sha256');

  add({ email, subject, content }: Pick<ValidRow, 'email' | 'subject' | 'content'>): void {
    let hashed = '';
    for (const field of [email, subject, content]) {
      // Tools that change the line ends of a file change those inside its cells too.
      const text = field.includes('\r') ? field.replace(/\r\n?/g, '\n') : field;
      // The length before each text: where one ends and the next begins counts too.
      hashed += `${text.length}:${text}`;
    }
    this.#hash.update(hashed);
  }

  /** SHA-256 in lower-case hex; nothing can be added behind it. */
  end(): string {
    return this.#hash.digest('hex');
  }
}
