import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { SigningHash } from '../../../core/signing-hash.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const text = (value: string) => new TextEncoder().encode(value);

async function digestOf(parts: string[], secret?: ConstructorParameters<typeof SigningHash>[0]): Promise<string> {
  const hash = new SigningHash(secret);
  for (const part of parts) hash.update(text(part));
  return hex(await hash.digest());
}

describe('the hash of signatures', () => {
  it('is SHA-256 without a secret', async () => {
    expect(await digestOf(['one ', 'two'])).toBe(createHash('sha256').update('one two').digest('hex'));
  });

  it.each([
    ['text', 'AWS4clé', 'AWS4clé'],
    ['bytes', text('key'), 'key'],
    ['a part of a buffer', text('a key of 32').subarray(2, 5), 'key'],
    ['a buffer', text('key').slice().buffer, 'key'],
  ])('is HMAC with a secret that is %s, the second time too', async (_, secret, same) => {
    const expected = createHmac('sha256', same).update('one').digest('hex');

    expect(await digestOf(['one'], secret)).toBe(expected);
    expect(await digestOf(['one'], secret)).toBe(expected);
  });

  it('keeps secrets apart, however many there are', async () => {
    for (let n = 0; n < 250; n += 1) {
      const expected = createHmac('sha256', `secret ${n}`).update('one').digest('hex');
      expect(await digestOf(['one'], `secret ${n}`)).toBe(expected);
    }
  });

  it('begins anew after a reset', async () => {
    const hash = new SigningHash('key');
    hash.update(text('other'));
    await hash.digest();

    hash.reset();
    hash.update(text('one'));

    expect(hex(await hash.digest())).toBe(createHmac('sha256', 'key').update('one').digest('hex'));
  });
});
