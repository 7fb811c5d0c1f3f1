import fc from 'fast-check';
import {
  type ApiKey,
  findApiKey,
  hashOf,
  newApiKey,
  parseApiKeys,
  serializeApiKeys,
  withApiKey,
  withoutApiKey,
} from '../../../core/api-keys/api-keys.ts';
import { withLocalKey } from '../../../dev/api-keys.ts';

const NOW = '2026-11-22T10:00:00.000Z';
const entry = (name: string, scopes: string[] = ['read'], key = newApiKey()): ApiKey => ({
  name,
  sha256: hashOf(key),
  scopes,
  createdAt: NOW,
});

describe('an API key', () => {
  it('has 256 random bits and is stored as its hash only', () => {
    const key = newApiKey();

    expect(key).toMatch(/^pregon_[\w-]{43}$/);
    expect(newApiKey()).not.toBe(key);
    expect(serializeApiKeys([entry('shop', ['read'], key)])).not.toContain(key.slice(7));
  });

  it('is found among any number of others, and nothing else is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(), fc.string(), (count, position, other) => {
        const keys = Array.from({ length: count }, () => newApiKey());
        const entries = keys.map((key, n) => entry(`k${n}`, ['read'], key));
        const index = position % count;
        expect(findApiKey(entries, keys[index] as string)).toBe(entries[index]);
        expect(findApiKey(entries, other)).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });

  it.each(['Shop', '', '-a', 'a b', 'x'.repeat(65), 'ñ'])('may not be named %j', (name) => {
    expect(() => withApiKey([], entry(name))).toThrow(expect.objectContaining({ code: 'BadRequest' }));
  });

  it.each(['local', 'open'])('may not be named %s, which the local stack uses', (name) => {
    expect(() => withApiKey([], entry(name))).toThrow('reserved');
  });

  it('has a name of its own', () => {
    expect(() => withApiKey([entry('shop')], entry('shop'))).toThrow(expect.objectContaining({ code: 'Conflict' }));
  });

  it('can be revoked, but the last one that may operate only by force', () => {
    const keys = [entry('shop'), entry('ops', ['operate', 'read'])];

    expect(withoutApiKey(keys, 'shop', { force: false })).toEqual([keys[1]]);
    expect(() => withoutApiKey(keys, 'ops', { force: false })).toThrow('--force');
    expect(withoutApiKey(keys, 'ops', { force: true })).toEqual([keys[0]]);
    expect(() => withoutApiKey(keys, 'nobody', { force: true })).toThrow(expect.objectContaining({ code: 'NotFound' }));
    expect(withoutApiKey([...keys, entry('ops2', ['operate'])], 'ops', { force: false })).toHaveLength(2);
  });

  it('with a scope of a newer version is read and kept', () => {
    const keys = [entry('shop', ['read', 'audit'])];

    expect(parseApiKeys(serializeApiKeys(keys))).toEqual(keys);
  });

  it.each(['', 'a-key', '{}', '{"keys":[{"name":"x"}]}'])('is not read from %j', (text) => {
    expect(() => parseApiKeys(text)).toThrow(expect.objectContaining({ code: 'Internal' }));
  });
});

describe('the key of the local stack', () => {
  it('has every scope, and leaves the keys of operators as they are', () => {
    const shop = entry('shop');
    const first = withLocalKey('pregon-local', NOW)(undefined);
    const second = withLocalKey('other', NOW)(serializeApiKeys([...parseApiKeys(first), shop]));
    const local = findApiKey(parseApiKeys(second), 'other');

    expect(findApiKey(parseApiKeys(first), 'pregon-local')).toMatchObject({ scopes: ['send', 'read', 'operate'] });
    expect(local).toMatchObject({ name: 'local' });
    expect(parseApiKeys(second)).toEqual([local, shop]);
    expect(withLocalKey('other', 'later')(second)).toBe(second);
  });
});
