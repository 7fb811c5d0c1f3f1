import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { createErasures } from '../../../core/consent/erasures.ts';
import { importSuppressions } from '../../../core/consent/import-suppressions.ts';
import { createRecipientCheck } from '../../../core/consent/recipient-check.ts';
import {
  addressHash,
  createSuppressions,
  REFUSED_BY_EVERY_CHANNEL,
  type SuppressionPage,
  type Suppressions,
} from '../../../core/consent/suppressions.ts';
import { bufferSource } from '../../../core/csv/source.ts';
import { openTable } from '../support/table.ts';

let table: Awaited<ReturnType<typeof openTable>>;
let suppressions: Suppressions;

beforeEach(async () => {
  table = await openTable();
  suppressions = createSuppressions(table);
});
afterEach(() => table.close());

const reasonOf = async (address: string) => (await suppressions.get(address))?.reason;

describe('the suppression list', () => {
  it('finds an address however it is written', async () => {
    const { suppression, changed } = await suppressions.add('Ana@Exämple.com', {
      reason: 'unsubscribed',
      sendId: 'b-1',
    });

    expect(changed).toBe(true);
    expect(suppression).toEqual({
      address: 'ana@xn--exmple-cua.com',
      reason: 'unsubscribed',
      since: new Date(table.clock.now()).toISOString(),
      sendId: 'b-1',
    });
    expect(await suppressions.get('ana@exämple.COM')).toEqual(suppression);
    expect(await suppressions.reasonsOf(['ANA@exämple.com', 'bob@example.com'])).toEqual(
      new Map([['ANA@exämple.com', 'unsubscribed']]),
    );
  });

  it('keeps the stronger reason, in any order and twice', async () => {
    const order = ['bounced', 'unsubscribed', 'manual', 'complained', 'bounced', 'complained'] as const;
    const seen: unknown[] = [];
    for (const reason of order) {
      const { changed, suppression } = await suppressions.add('ana@example.com', { reason });
      seen.push([changed, suppression.reason]);
    }

    expect(seen).toEqual([
      [true, 'bounced'],
      [false, 'bounced'],
      [false, 'bounced'],
      [true, 'complained'],
      [false, 'complained'],
      [false, 'complained'],
    ]);
  });

  it('removes an address once', async () => {
    await suppressions.add('ana@example.com', { reason: 'manual' });

    expect(await suppressions.remove('ANA@example.com')).toBe(true);
    expect(await suppressions.remove('ana@example.com')).toBe(false);
    expect(await reasonOf('ana@example.com')).toBeUndefined();
  });

  it('lists every address once, page by page, and refuses a wrong cursor', async () => {
    const all = Array.from({ length: 60 }, (_, n) => `a${n}@example.com`);
    await Promise.all(all.map((address) => suppressions.add(address, { reason: 'manual' })));
    const found: string[] = [];
    let after: string | undefined;
    do {
      const page = await suppressions.list({ limit: 7, after });
      found.push(...page.suppressions.map(({ address = '' }) => address));
      after = page.next;
    } while (after !== undefined);

    expect(found.toSorted()).toEqual(all.toSorted());
    await expect(suppressions.list({ limit: 7, after: 'x' })).rejects.toMatchObject({ code: 'BadRequest' });
  });
});

describe('an entry whose address is erased', () => {
  const stored = async () => {
    const { Items = [] } = await table.client.send(new ScanCommand({ TableName: table.tableName }));
    return JSON.stringify(Items);
  };

  it('still suppresses, by a hash alone, and keeps its reason and its first time', async () => {
    await suppressions.add('Ana@example.com', { reason: 'unsubscribed', sendId: 'b1-1' });
    const first = await suppressions.erase('ana@EXAMPLE.com');
    table.clock.move(60_000);

    expect(first).toMatchObject({ reason: 'unsubscribed', erasedAt: expect.any(String) });
    expect(await suppressions.erase('ana@example.com')).toEqual(first);
    expect(await reasonOf('ana@example.com')).toBe('unsubscribed');
    expect((await suppressions.erase('bob@example.com')).reason).toBe('manual');
    expect(await stored()).not.toMatch(/@example|b1-1/);
  });

  it('gets no address back from whatever suppresses it again', async () => {
    await suppressions.erase('ana@example.com');

    expect(await suppressions.add('ana@example.com', { reason: 'unsubscribed' })).toMatchObject({ changed: false });
    const { changed, suppression } = await suppressions.add('ana@example.com', { reason: 'bounced', sendId: 'b1-1' });
    expect([changed, suppression.reason, suppression.address]).toEqual([true, 'bounced', undefined]);
    expect(await suppressions.add('ana@example.com', { reason: 'bounced' })).toMatchObject({ changed: false });
    expect(await stored()).not.toMatch(/@example|b1-1/);
  });

  it('is removed like others, and begins anew then', async () => {
    await suppressions.erase('ana@example.com');

    expect(await suppressions.remove('ana@example.com')).toBe(true);
    expect((await suppressions.add('ana@example.com', { reason: 'manual' })).suppression).not.toHaveProperty(
      'erasedAt',
    );
  });

  it('is in the list, and on both sides of a page', async () => {
    for (let n = 0; n < 9; n++) await suppressions.erase(`a${n}@example.com`);
    let [found, after]: [number, string | undefined] = [0, undefined];
    do {
      const page: SuppressionPage = await suppressions.list({ limit: 2, after });
      found += page.suppressions.filter(({ erasedAt }) => erasedAt !== undefined).length;
      after = page.next;
    } while (after !== undefined);

    expect(found).toBe(9);
  });
});

describe('the erasures that an upload asks for', () => {
  it('are those since it began, or unknown where they are too many', async () => {
    const erasures = createErasures(table);
    await erasures.add('before@example.com');
    const before = await erasures.seen();
    expect(await erasures.since(before)).toEqual({ hashes: [], seen: before });
    await Promise.all([erasures.add('ana@example.com'), erasures.add('bob@example.com')]);

    const { hashes, seen } = await erasures.since(before);
    expect(new Set(hashes)).toEqual(new Set(['ana@example.com', 'bob@example.com'].map(addressHash)));
    expect(await erasures.since(seen)).toMatchObject({ hashes: [] });
    for (let n = 0; n < 500; n++) await erasures.add(`a${n}@example.com`);
    expect(await erasures.since(before)).toMatchObject({ hashes: 'unknown', seen: { count: 503 } });
  });
});

describe('the check of a recipient', () => {
  it('asks once about recipients of the same moment, and says the reason', async () => {
    await suppressions.add('ana@example.com', { reason: 'unsubscribed' });
    let calls = 0;
    const check = createRecipientCheck({
      reasonsOf(addresses) {
        calls += 1;
        return suppressions.reasonsOf(addresses);
      },
    });

    const [ana, bob] = await Promise.all([check({ email: 'Ana@example.com' }), check({ email: 'bob@example.com' })]);

    expect(ana).toMatchObject({ code: 'Suppressed', class: 'recipient', retryable: false });
    expect(ana?.message).toContain('unsubscribed');
    expect([bob, calls]).toEqual([undefined, 1]);
  });

  it('lets transactional mail through to who unsubscribed, and refuses bounced and complained', async () => {
    const check = createRecipientCheck(suppressions, REFUSED_BY_EVERY_CHANNEL);
    const refused: Record<string, boolean> = {};
    for (const reason of ['unsubscribed', 'manual', 'bounced', 'complained'] as const) {
      await suppressions.add(`${reason}@example.com`, { reason });
      refused[reason] = (await check({ email: `${reason}@example.com` })) !== undefined;
    }

    expect(refused).toEqual({ unsubscribed: false, manual: false, bounced: true, complained: true });
  });

  it('fails for all who asked when the list does not answer', async () => {
    const check = createRecipientCheck({ reasonsOf: () => Promise.reject(new Error('down')) });

    await expect(check({ email: 'ana@example.com' })).rejects.toThrow('down');
  });
});

describe('the import of a list', () => {
  const load = (text: string) => importSuppressions(suppressions, bufferSource(Buffer.from(text)));

  it('adds addresses with their reasons, and names the rows that it skips', async () => {
    const file =
      'Name;Address;reason\nAna;Ana <ana@example.com>;\nBob;bob@example.com;Complained\nX;nobody;\nY;y@example.com;why\n';

    expect(await load(file)).toEqual({
      added: 2,
      unchanged: 0,
      skipped: 2,
      skippedRows: [
        { row: 3, email: 'nobody', reason: 'This is not a valid email address.' },
        { row: 4, email: 'y@example.com', reason: expect.stringContaining('The reason must be one of') },
      ],
    });
    expect([await reasonOf('ana@example.com'), await reasonOf('bob@example.com')]).toEqual(['manual', 'complained']);
    expect(await load(file)).toMatchObject({ added: 0, unchanged: 2 });
  });

  it('refuses a file without a column of addresses', async () => {
    await expect(load('mail\nana@example.com\n')).rejects.toMatchObject({ code: 'InvalidCsv' });
  });
});
