import { createHash, createHmac, createSecretKey, type Hash, type Hmac, type KeyObject } from 'node:crypto';

type Secret = string | ArrayBuffer | ArrayBufferView;

/** More than the keys of all services that one process calls in the hours for which its credentials are valid. */
const MAX_KEYS = 100;
const keys = new Map<string, KeyObject>();

/**
 * SHA-256 as AWS clients take it, for their signatures. It keeps the key objects of the secrets: Node makes one in six times the time of a signature, and
 * the client's own hash asks it for two in each call. Each hash has one digest.
 */
export class SigningHash {
  readonly digestLength = 32;
  readonly #key: KeyObject | undefined;
  #hash: Hash | Hmac;

  constructor(secret?: Secret) {
    this.#key = secret === undefined ? undefined : keyOf(secret);
    this.#hash = this.#begin();
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#begin();
  }

  #begin(): Hash | Hmac {
    return this.#key ? createHmac('sha256', this.#key) : createHash('sha256');
  }
}

function keyOf(secret: Secret): KeyObject {
  const bytes = bytesOf(secret);
  const name = bytes.toString('latin1');
  const known = keys.get(name);
  if (known) return known;
  const key = createSecretKey(bytes);
  if (keys.size >= MAX_KEYS) keys.clear();
  keys.set(name, key);
  return key;
}

function bytesOf(secret: Secret): Buffer {
  if (typeof secret === 'string') return Buffer.from(secret);
  return ArrayBuffer.isView(secret)
    ? Buffer.from(secret.buffer, secret.byteOffset, secret.byteLength)
    : Buffer.from(secret);
}
