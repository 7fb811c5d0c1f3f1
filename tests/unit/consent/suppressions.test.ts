import { importSuppressions } from '../../../core/consent/import-suppressions.ts';
import { createRecipientCheck } from '../../../core/consent/recipient-check.ts';
import { createSuppressions, REFUSED_BY_EVERY_CHANNEL, type Suppressions } from '../../../core/consent/suppressions.ts';
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
      found.push(...page.suppressions.map(({ address }) => address));
      after = page.next;
    } while (after !== undefined);

    expect(found.toSorted()).toEqual(all.toSorted());
    await expect(suppressions.list({ limit: 7, after: 'x' })).rejects.toMatchObject({ code: 'BadRequest' });
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
