import {
  parseUnsubscribeKeys,
  rotateUnsubscribeKeys,
  serializeUnsubscribeKeys,
} from '../../../core/consent/unsubscribe-keys.ts';
import { keyIdOf, readUnsubscribeToken, unsubscribeToken } from '../../../core/consent/unsubscribe-token.ts';

const keys = parseUnsubscribeKeys(JSON.stringify({ current: '1', 1: 'a'.repeat(64) }));
const otherKeys = parseUnsubscribeKeys(JSON.stringify({ current: '1', 1: 'b'.repeat(64) }));
const who = { sendId: 'batch-1', email: 'ana@example.com' };

describe('the token of an unsubscribe link', () => {
  it('says who unsubscribes from which email, in a form that needs no escape in a path', () => {
    const token = unsubscribeToken(keys, { ...who, email: 'Ana@Example.com' });

    expect(token).toMatch(/^1\.[\w-]+\.[\w-]+$/);
    expect(readUnsubscribeToken(keys, token)).toEqual(who);
  });

  it('fits the header of SES for the longest send id and address', () => {
    const longest = { sendId: `${'s'.repeat(72)}-99999999`, email: `${'l'.repeat(64)}@${'d'.repeat(189)}` };
    const token = unsubscribeToken(keys, longest);

    expect(readUnsubscribeToken(keys, token)).toEqual(longest);
    // SES takes 870 characters: the token, the brackets, and 200 of the address that the link begins with.
    expect(`<${'b'.repeat(200)}/unsubscribe/${token}>`.length).toBeLessThanOrEqual(870);
  });

  it.each([
    ['empty', () => ''],
    ['of another key', () => unsubscribeToken(otherKeys, who)],
    ['of an unknown key', (token: string) => token.replace(/^1/, '2')],
    ['cut off', (token: string) => token.slice(0, -1)],
    ['longer', (token: string) => `${token}A`],
    ['without a code', (token: string) => token.slice(0, token.lastIndexOf('.') + 1)],
    [
      'with the code of another',
      (token: string) => token.replace(/\.[^.]+$/, unsubscribeToken(keys, { ...who, sendId: 'b-2' }).slice(-44)),
    ],
    [
      'with another address',
      (token: string) => {
        const [id, , code] = token.split('.');
        return `${id}.${Buffer.from('batch-1\nbob@example.com').toString('base64url')}.${code}`;
      },
    ],
    // Both texts decode to the same bytes.
    ['with other bits behind the code', (token: string) => token.slice(0, -1) + sameByte(token.slice(-1))],
    ['too long', (token: string) => token + 'A'.repeat(2_000)],
    ['not text of a token', () => '../../etc/passwd'],
  ])('is refused %s', (_name, change) => {
    const token = unsubscribeToken(keys, who);

    expect(change(token)).not.toBe(token);
    expect(readUnsubscribeToken(keys, change(token))).toBeUndefined();
  });

  it('is valid after the key was rotated, with the retired key', () => {
    const token = unsubscribeToken(keys, who);
    const rotated = parseUnsubscribeKeys(serializeUnsubscribeKeys(rotateUnsubscribeKeys(keys)));
    const newer = unsubscribeToken(rotated, who);

    expect(readUnsubscribeToken(rotated, token)).toEqual(who);
    expect(readUnsubscribeToken(rotated, newer)).toEqual(who);
    expect([keyIdOf(token), keyIdOf(newer)]).toEqual(['1', '2']);
    // A reader that has not seen the rotation yet.
    expect(readUnsubscribeToken(keys, newer)).toBeUndefined();
  });
});

/** The last of 43 characters in base64url has two bits that mean nothing. */
function sameByte(character: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet[alphabet.indexOf(character) ^ 1] ?? '';
}

describe('the secret with the keys', () => {
  it.each(['', 'x', '{}', '{"current":"2","1":"a"}', '{"current":"1","1":"short"}'])('is refused as %j', (text) => {
    expect(() => parseUnsubscribeKeys(text)).toThrow('The secret with the unsubscribe keys is not valid');
  });
});
