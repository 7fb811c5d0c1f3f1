import type { MailboxMessage } from '../../../console/src/api/mailbox.ts';
import { searchRow } from '../../../console/src/executions/findChild.ts';
import { sourceOf } from '../../../console/src/mailbox/source.ts';
import { parseSendId } from '../../../console/src/sends/sendId.ts';

const MESSAGE: MailboxMessage = {
  to: 'ana@example.com',
  from: 'Pregón <hello@pregon.test>',
  subject: '¡Hola!',
  text: 'Hola',
  headers: { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
  messageId: '0100-a',
  sendId: 'spring-2f-7',
  batchId: 'spring-2f',
  channel: 'campaign',
  provider: 'ses',
  sentAt: '2026-11-22T10:00:00.000Z',
};

describe('the source of a message', () => {
  test('has its headers, those that the product added, and its text', () => {
    expect(sourceOf(MESSAGE).split('\r\n')).toEqual([
      'From: Pregón <hello@pregon.test>',
      'To: ana@example.com',
      'Subject: ¡Hola!',
      'Date: Sun, 22 Nov 2026 10:00:00 +0000',
      'Message-ID: <0100-a>',
      'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      '',
      'Hola',
    ]);
  });

  test('has both parts of a message with HTML, the text first', () => {
    const source = sourceOf({ ...MESSAGE, html: '<p>Hola</p>' });
    expect(source).toMatch(/multipart\/alternative; boundary="=_0100a"/);
    expect(source).toMatch(
      /--=_0100a\r\nContent-Type: text\/plain.*Hola\r\n--=_0100a\r\n.*<p>Hola<\/p>\r\n--=_0100a--/s,
    );
  });

  test('repeats no header that the provider got', () => {
    const source = sourceOf({ ...MESSAGE, headers: { subject: 'Given', 'Content-Type': 'text/x' } });
    expect(source.match(/^subject:/gim)).toHaveLength(1);
    expect(source).not.toContain('text/x');
  });
});

test('a send id is a batch and a row', () => {
  expect(parseSendId('spring-2f-7')).toEqual({ batchId: 'spring-2f', row: 7 });
  expect(parseSendId('spring')).toBeUndefined();
});

describe('the child that sends a row', () => {
  /** 400 children with 25 rows each; row numbers that were skipped are missing. */
  const children = Array.from({ length: 400 }, (_, n) =>
    Array.from({ length: 25 }, (__, i) => n * 30 + i + 1).filter((row) => row % 11 !== 0),
  );
  let described: number;
  const find = (row: number, among = children) => {
    described = 0;
    return searchRow(among, row, async (rows) => {
      described += 1;
      return rows;
    });
  };

  test.each([1, 25, 31, 5000, 11_995])('is found by halving: row %d', async (row) => {
    expect(await find(row)).toContain(row);
    expect(described).toBeLessThan(12);
  });

  test('is found where children that started together are not in order', async () => {
    const shuffled = [...children];
    shuffled.splice(200, 6, ...children.slice(200, 206).reverse());
    for (const row of [6001, 6031, 6062, 6092, 6122, 6152]) expect(await find(row, shuffled)).toContain(row);
  });

  test('is none where no child has the row', async () => {
    expect(await find(27)).toBeUndefined();
    expect(await find(1, [])).toBeUndefined();
  });
});
