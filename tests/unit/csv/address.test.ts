import { addressHash } from '../../../core/consent/suppressions.ts';
import { isAddress } from '../../../core/csv/address.ts';
import { AddressSet } from '../../../core/csv/address-set.ts';

describe('an address', () => {
  it.each([
    'ana@example.com',
    'first.last+tag@sub.example.co.uk',
    "o'brien@example.ie",
    'flaky2-17@simulator.pregon.test',
    'a@xn--espaa-rta.example',
    'a@XN--ESPAA-RTA.example',
    'a@ab--cd.example',
    `${'l'.repeat(64)}@example.com`,
  ])('%s is valid', (address) => expect(isAddress(address)).toBe(true));

  it.each([
    'ana',
    'ana@',
    '@example.com',
    'ana@example',
    'ana@@example.com',
    'ana@exa mple.com',
    'ana@example..com',
    '.ana@example.com',
    'ana.@example.com',
    'ana@-example.com',
    'ana@example.com.',
    'ana@127.0.0.1',
    'Ana <ana@example.com>',
    'ana@example.com,bob@example.com',
    'ana\n@example.com',
    'josé@example.com',
    'a@xn--a.com',
    'a@sub.XN--a.com',
    'a@xn--zzzzzzzzz.com',
    `${'l'.repeat(65)}@example.com`,
  ])('%j is not', (address) => expect(isAddress(address)).toBe(false));
});

describe('the set of addresses', () => {
  it('knows each address again while it grows', () => {
    const set = new AddressSet();
    const addresses = Array.from({ length: 50_000 }, (_, n) => `user${n}@example.com`);

    expect(addresses.map((address) => set.add(address)).every(Boolean)).toBe(true);
    expect(addresses.some((address) => set.add(address))).toBe(false);
    expect(set.size).toBe(50_000);
    expect(addresses.every((address) => set.hasHash(addressHash(address)))).toBe(true);
    expect(set.hasHash(addressHash('nobody@example.com'))).toBe(false);
  });
});
