import { hash, timingSafeEqual } from 'node:crypto';

/** The attempt of a task that a token belongs to. */
export interface TokenSubject {
  execution: number;
  thread: number;
  attempt: number;
}

const MAC_BYTES = 16;

/**
 * Task tokens with their subject and a MAC. So an invalid token can be told from a closed one without a table of all tokens, and
 * a token stays valid after a restart.
 */
export class Tokens {
  readonly #secret: string;

  constructor(secret: Buffer) {
    this.#secret = secret.toString('hex');
  }

  issue({ execution, thread, attempt }: TokenSubject): string {
    const subject = `${execution}.${thread}.${attempt}`;
    return `AQ${Buffer.concat([this.#mac(subject), Buffer.from(subject)]).toString('base64url')}`;
  }

  /** The subject of a token; undefined if this engine did not issue it. */
  read(token: string): TokenSubject | undefined {
    if (!token.startsWith('AQ')) return undefined;
    const bytes = Buffer.from(token.slice(2), 'base64url');
    const subject = bytes.subarray(MAC_BYTES).toString();
    const parts = subject.split('.').map(Number);
    const [execution, thread, attempt] = parts;
    if (execution === undefined || thread === undefined || attempt === undefined || parts.length !== 3)
      return undefined;
    return timingSafeEqual(bytes.subarray(0, MAC_BYTES), this.#mac(subject))
      ? { execution, thread, attempt }
      : undefined;
  }

  #mac(subject: string): Buffer {
    // A truncated hash of secret and subject. An HMAC takes ten times as long, and each task needs a token.
    return hash('sha256', `${this.#secret}${subject}`, 'buffer').subarray(0, MAC_BYTES);
  }
}
