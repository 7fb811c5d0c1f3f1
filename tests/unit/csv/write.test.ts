import { buffer, text } from 'node:stream/consumers';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { trimCell } from '../../../core/csv/cell.ts';
import { sendsWriter, skippedWriter } from '../../../core/csv/reports.ts';
import type { ValidRow } from '../../../core/csv/row.ts';
import { rowsWriter } from '../../../core/csv/rows-file.ts';
import type { SkippedRow } from '../../../core/csv/skip.ts';
import { newStateItem, toDynamoJson } from '../../../core/ledger/item.ts';
import type { Send } from '../../../core/ledger/send.ts';
import { readAsStatesDoes } from './states-reader.ts';
import { quoted, readAll } from './support.ts';

const BATCH = {
  batchId: 'b1',
  createdAt: '2026-11-22T10:00:00.000Z',
  rowExpiresAt: 1_829_000_000,
  contentExpiresAt: 1_801_000_000,
};

async function written(rows: readonly ValidRow[]): Promise<string> {
  const writer = rowsWriter(BATCH);
  const whole = text(writer.stream);
  for (const row of rows) await writer.write(row);
  writer.end();
  return whole;
}

/** Of every shard, and of one to seven digits. */
const number = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 2_000_000 }));

/** Cells that trip CSV readers, mixed with any text. */
const cell = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '"',
        '""',
        '\\',
        '\\\\',
        '\\"',
        '\\n',
        '\n',
        '\r\n',
        '\r',
        ',',
        ';',
        '\t',
        '|',
        ' ',
        '\ufeff',
        '=1+1',
        'é',
        '🎉',
      ),
      fc.string({ unit: 'grapheme', maxLength: 8 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join('').replaceAll('\0', ''));

describe('rows.csv', () => {
  it('comes back unchanged through the reader of Step Functions, whatever a cell holds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ row: number, subject: cell, content: cell }), { maxLength: 5 }),
        async (cells) => {
          const rows = cells.map((row, index) => ({ email: `R${index}@example.com`, ...row }));

          const read = readAsStatesDoes(await written(rows));

          expect(read.map(({ row, content }) => ({ row, content }))).toEqual(
            rows.map(({ row, content }) => ({ row: String(row), content })),
          );
          expect(read.map(({ stateItem = '' }) => JSON.parse(stateItem))).toEqual(
            rows.map(({ row: rowNumber, email, subject }) =>
              toDynamoJson(
                newStateItem({
                  batchId: BATCH.batchId,
                  createdAt: BATCH.createdAt,
                  expiresAt: BATCH.rowExpiresAt,
                  rowNumber,
                  email,
                  subject,
                  status: 'PENDING',
                  channel: 'campaign',
                }),
              ),
            ),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('keeps an uploaded cell unchanged from the file to the workflow', async () => {
    const full = cell.map(trimCell).filter((value) => value !== '' && !/\{\{|\}\}/.test(value));
    await fc.assert(
      fc.asyncProperty(
        full,
        fc.constantFrom(',', ';', '\t', '|'),
        fc.constantFrom('\n', '\r\n'),
        async (content, delimiter, end) => {
          const file = [
            ['email', 'subject', 'content'],
            ['a@example.com', 'S', content],
          ]
            .map((cells) => cells.map(quoted).join(delimiter))
            .join(end);

          const { rows } = await readAll(file, { sliceBytes: 11 });
          const [read] = readAsStatesDoes(await written(rows));

          expect(read?.content).toBe(content);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('has the row numbers of the uploaded file, its skipped rows counted, and the keys of each row', async () => {
    const { rows } = await readAll('email,subject,content\nbad,S,x\nA@example.com,S,x\n');

    const [read, ...others] = readAsStatesDoes(await written(rows));

    expect(others).toEqual([]);
    const { stateItem = '', ...cells } = read ?? {};
    expect(cells).toEqual({
      contentExpiresAt: '1801000000',
      row: '2',
      pk: 'b1#2',
      contentSk: 'C#00000002',
      content: 'x',
    });
    expect(JSON.parse(stateItem)).toEqual({
      expiresAt: { N: '1829000000' },
      pk: { S: 'b1#2' },
      sk: { S: 'S#00000002' },
      statusKey: { S: 'PENDING#2026-11-22#2' },
      createdKey: { S: '2026-11-22T10:00:00.000Z#b1#00000002' },
      address: { S: 'a@example.com' },
      batchId: { S: 'b1' },
      rowNumber: { N: '2' },
      email: { S: 'A@example.com' },
      subject: { S: 'S' },
      status: { S: 'PENDING' },
      channel: { S: 'campaign' },
      attempts: { N: '0' },
      createdAt: { S: '2026-11-22T10:00:00.000Z' },
      updatedAt: { S: '2026-11-22T10:00:00.000Z' },
    });
  });

  it('stops with the error of whoever reads it', async () => {
    const writer = rowsWriter(BATCH);
    writer.stream.destroy(new Error('the upload failed'));

    const row = { row: 1, email: 'a@example.com', subject: 'S', content: 'x' };
    await expect(writer.write(row)).rejects.toThrow('the upload failed');
  });
});

describe('the reports', () => {
  const skippedOf = async (rows: readonly SkippedRow[]) => {
    const writer = skippedWriter();
    const whole = buffer(writer.stream);
    for (const row of rows) await writer.write(row);
    writer.end();
    return (await whole).toString();
  };
  const sendsOf = async (send: Partial<Send>) => {
    const writer = sendsWriter();
    const whole = buffer(writer.stream);
    await writer.write({
      sendId: 'b1-1',
      batchId: 'b1',
      rowNumber: 1,
      email: 'a@example.com',
      subject: 'S',
      status: 'SENT',
      channel: 'campaign',
      attempts: 1,
      createdAt: '2026-11-22T10:00:00.000Z',
      updatedAt: '2026-11-22T10:00:00.000Z',
      ...send,
    });
    writer.end();
    return (await whole).toString();
  };

  it('list each row with its reason', async () => {
    const report = await skippedOf([
      { row: 3, email: 'a"b', code: 'email_invalid', reason: '"a"b" is not a valid email address.' },
    ]);

    expect(parse(report, { columns: true, bom: true })).toEqual([
      { row: '3', email: 'a"b', reason: '"a"b" is not a valid email address.', code: 'email_invalid' },
    ]);
  });

  it('begin with a byte order mark, by which Excel reads accents', async () => {
    expect((await skippedOf([])).startsWith('\ufeff"row"')).toBe(true);
    expect((await sendsOf({})).startsWith('\ufeff"row"')).toBe(true);
  });

  it.each([
    '=HYPERLINK("http://x.example","click")',
    "=cmd|' /C calc'!A0",
    '+1+1',
    '-1+1',
    '@SUM(1)',
    '\t=1',
    '\r=1',
    '\n=1',
    '＝1+1',
  ])('show %j as text, where a spreadsheet would run it', async (formula) => {
    const skipped = parse(await skippedOf([{ row: 1, email: formula, code: 'email_invalid', reason: formula }]), {
      columns: true,
      bom: true,
    });
    const sends = parse(await sendsOf({ email: formula, subject: formula, messageId: formula }), {
      columns: true,
      bom: true,
    });

    expect(skipped).toMatchObject([{ row: '1', email: `'${formula}`, reason: `'${formula}` }]);
    expect(sends).toMatchObject([{ row: '1', email: `'${formula}`, subject: `'${formula}`, messageId: `'${formula}` }]);
  });

  it('leave every other cell as it is, and rows.csv leaves them all', async () => {
    const subject = '1-1=0 "a", b';
    expect(parse(await sendsOf({ subject }), { columns: true, bom: true })).toMatchObject([{ subject }]);

    const rows = await written([{ row: 1, email: 'a@example.com', subject: '=1+1', content: '=2+2' }]);
    expect(rows.startsWith('"row"')).toBe(true);
    expect(readAsStatesDoes(rows)).toMatchObject([{ content: '=2+2' }]);
    expect(rows).toContain('""=1+1""');
  });
});
