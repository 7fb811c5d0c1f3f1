import { hash, timingSafeEqual } from 'node:crypto';

/** What a task token stands for: one attempt of one task. */
export interface TokenSubject {
  execution: number;
  thread: number;
  attempt: number;
}

const MAC_BYTES = 16;

/**
 * Task tokens that carry what they stand for and a MAC, so that a made-up one is told from a closed one without a table
 * of all that were ever given out, and one given out before a restart is valid after it.
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

  /** Undefined where this engine never gave the token out. */
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
    // A hash over secret and subject, cut: an HMAC takes ten times as long, and there is a token per row.
    return hash('sha256', `${this.#secret}${subject}`, 'buffer').subarray(0, MAC_BYTES);
  }
}
