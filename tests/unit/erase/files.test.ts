import { buffer } from 'node:stream/consumers';
import { parse } from 'csv-parse/sync';
import { skippedWriter } from '../../../core/csv/reports.ts';
import { rowsWriter } from '../../../core/csv/rows-file.ts';
import { bufferSource } from '../../../core/csv/source.ts';
import { mentions, mentionsOf } from '../../../core/erase/mentions.ts';
import { eraseFromResults } from '../../../core/erase/results-file.ts';
import { eraseFromRows, firstSubject } from '../../../core/erase/rows-file.ts';
import { eraseFromSkipped, eraseFromSource } from '../../../core/erase/source-file.ts';
import type { NewRow } from '../../../core/ledger/item.ts';
import { readAsStatesDoes } from '../csv/states-reader.ts';

const KEY = 'ana@xn--bcher-kva.example';
const BATCH = {
  batchId: 'b1',
  createdAt: '2026-11-22T10:00:00.000Z',
  rowExpiresAt: 2_000_000_000,
  contentExpiresAt: 1_900_000_000,
};

/** In pieces of a few bytes, as a stream may cut them. */
const pieces = (bytes: Uint8Array, size = 7) => bufferSource(bytes, size).open();
const collect = (chunks: AsyncIterable<Buffer>) => buffer(chunks as never);

describe('a mention of an address', () => {
  const pattern = mentionsOf('ana@xn--bcher-kva.example');

  it.each([
    ['ana@bücher.example', true],
    ['The following identities failed: ANA@XN--BCHER-KVA.EXAMPLE.', true],
    ['<ana@bücher.example>', true],
    ['"ana@bücher.example", bob@example.com', true],
    ['susana@bücher.example', false],
    ['x.ana@bücher.example', false],
    ['ana@bücher.example.org', false],
    ['ana@bücher.examples', false],
    ['', false],
  ])('in %j: %s', (found, expected) => {
    expect(mentions(found, pattern)).toBe(expected);
  });
});

describe('rows.csv', () => {
  async function fileOf(rows: { email: string; subject: string; content: string }[]): Promise<Buffer> {
    const writer = rowsWriter(BATCH);
    const whole = buffer(writer.stream);
    for (const [n, row] of rows.entries()) await writer.write({ row: n + 1, ...row });
    writer.end();
    return whole;
  }
  const ROWS = [
    { email: 'first@example.com', subject: 'Hi "first"', content: 'One, two\nthree' },
    { email: 'Ana@Bücher.example', subject: 'For Ana \\ only', content: 'A "quoted"\nletter of Ana \\n' },
    { email: 'susana@bücher.example', subject: 'Hi', content: `{"address":{"S":"${KEY}"}}` },
  ];

  it('keeps its length and every other row at its place', async () => {
    const before = await fileOf(ROWS);
    const found: NewRow[] = [];
    const after = await collect(eraseFromRows(pieces(before), KEY, async (row) => void found.push(row)));

    expect(after.length).toBe(before.length);
    expect(found).toEqual([
      {
        batchId: 'b1',
        rowNumber: 2,
        email: 'Ana@Bücher.example',
        subject: 'For Ana \\ only',
        status: 'PENDING',
        channel: 'campaign',
        createdAt: BATCH.createdAt,
        expiresAt: BATCH.rowExpiresAt,
      },
    ]);
    const [first, second, third] = readAsStatesDoes(after.toString());
    const [firstBefore, secondBefore, thirdBefore] = readAsStatesDoes(before.toString());
    expect([first, third]).toEqual([firstBefore, thirdBefore]);
    expect(before.indexOf('susana')).toBe(after.indexOf('susana'));
    const { stateItem = '', content, ...keys } = second ?? {};
    expect({ ...secondBefore, ...keys }).toEqual(secondBefore);
    expect(content?.trim()).toBe('');
    expect(JSON.parse(stateItem)).toMatchObject({
      email: { S: 'erased' },
      subject: { S: '' },
      sk: { S: 'S#00000002' },
    });
    expect(JSON.parse(stateItem)).not.toHaveProperty('address');
  });

  it('of the shortest row keeps its length too', async () => {
    const before = await fileOf([{ email: 'a@b.c', subject: 's', content: 'c' }]);
    const after = await collect(eraseFromRows(pieces(before), 'a@b.c', async () => undefined));

    expect(after.length).toBe(before.length);
    expect(after.toString()).not.toContain('a@b.c');
  });

  it('tells the subject of the first row that is left', async () => {
    const before = await fileOf(ROWS);
    const after = await collect(eraseFromRows(pieces(before), 'first@example.com', async () => undefined));

    expect(await firstSubject(pieces(before))).toBe('Hi "first"');
    expect(await firstSubject(pieces(after))).toBe('For Ana \\ only');
  });
});

describe('source.csv', () => {
  const TEXT = 'Name;E-mail;email\n"Ana; ""A""";;"Ana <ANA@bücher.example>"\nJosé;x;jose@example.com\n';
  const erased = async (file: Buffer, encoding?: string) => {
    let rows = 0;
    const after = await collect(
      eraseFromSource(bufferSource(file, 5), encoding, KEY, () => {
        rows += 1;
      }),
    );
    return { after, rows };
  };

  it.each([
    ['UTF-8', Buffer.from(TEXT), undefined],
    ['UTF-16', Buffer.from(`\ufeff${TEXT}`, 'utf16le'), undefined],
    ['the encoding that the upload named', Buffer.from(TEXT, 'latin1'), 'windows-1252'],
  ])('in %s keeps its other rows, and is read again as it is', async (_name, file, encoding) => {
    const { after, rows } = await erased(file, encoding);

    expect(rows).toBe(1);
    expect(parse(after, { bom: true, delimiter: ';' })).toEqual([
      ['Name', 'E-mail', 'email'],
      ['', '', 'erased'],
      ['José', 'x', 'jose@example.com'],
    ]);
    expect(await erased(after, encoding)).toEqual({ after, rows: 0 });
  });

  it('that was a failed.csv is known as one by a row that was erased, too', async () => {
    const { after } = await erased(
      Buffer.from(`email,reason\n${KEY},NotDelivered: ${KEY} is away\nbob@example.com,NotDelivered: lost\n`),
    );

    expect(parse(after, { bom: true })).toEqual([
      ['email', 'reason'],
      ['erased', 'Erased: The row was erased.'],
      ['bob@example.com', 'NotDelivered: lost'],
    ]);
  });

  it("keeps Excel's line with the delimiter, and erases a cell that lists the address among others", async () => {
    const { after, rows } = await erased(
      Buffer.from('sep=#\nemail#subject\nbob@example.com, ana@bücher.example#Hi\nsusana@bücher.example#Hi\n'),
    );

    expect(rows).toBe(1);
    expect(after.toString()).toBe('\ufeffsep=#\n"email"#"subject"\n"erased"#""\n"susana@bücher.example"#"Hi"\n');
  });
});

it('skipped.csv keeps its rows without the address', async () => {
  const writer = skippedWriter();
  const whole = buffer(writer.stream);
  const rows = [
    {
      row: 2,
      email: 'ana@bücher.example',
      reason: 'The address is on the suppression list: manual.',
      code: 'suppressed',
    },
    {
      row: 4,
      email: 'Ana@bücher.example',
      reason: 'Ana@bücher.example is already in the file.',
      code: 'duplicate_address',
    },
    { row: 5, email: '=1+1', reason: '"=1+1" is not a valid email address.', code: 'email_invalid' },
  ] as const;
  for (const row of rows) await writer.write(row);
  writer.end();
  let found = 0;
  const after = await collect(
    eraseFromSkipped(bufferSource(await whole, 5), KEY, () => {
      found += 1;
    }),
  );

  expect(found).toBe(2);
  expect(parse(after, { bom: true, columns: true })).toEqual([
    { row: '2', email: 'erased', reason: 'The row was erased.', code: 'suppressed' },
    { row: '4', email: 'erased', reason: 'The row was erased.', code: 'duplicate_address' },
    { row: '5', email: "'=1+1", reason: '"=1+1" is not a valid email address.', code: 'email_invalid' },
  ]);
});

it('a file of results keeps its size, and the children without the address', async () => {
  const rowOf = (n: number, address: string) => ({
    state: {
      pk: { S: 'b1#1' },
      sk: { S: `S#${n}` },
      email: { S: address },
      subject: { S: `For ${address}` },
      address: { S: address },
    },
    content: { pk: { S: 'b1#1' }, sk: { S: `C#${n}` }, content: { S: 'A "letter"' } },
  });
  const child = (name: string, items: unknown[], more: object = {}) => ({
    Name: name,
    Input: JSON.stringify({ BatchInput: { insert: 'INSERT {' }, Items: items }),
    Status: 'FAILED',
    ...more,
  });
  const other = child('other', [rowOf(3, 'bob@example.com')]);
  const before = Buffer.from(
    JSON.stringify([
      child('theirs', [rowOf(1, KEY), rowOf(2, 'bob@example.com')], { Cause: `No such user: <${KEY}>` }),
      other,
    ]),
  );
  let found = 0;
  const after = await collect(
    eraseFromResults(pieces(before), KEY, () => {
      found += 1;
    }),
  );

  expect([found, after.length]).toEqual([1, before.length]);
  expect(after.toString()).not.toContain(KEY);
  const [theirs, same] = JSON.parse(after.toString());
  expect(same).toEqual(other);
  expect(theirs).toMatchObject({ Name: 'theirs', Cause: 'No such user: <erased>' });
  expect(JSON.parse(theirs.Input).Items).toEqual([
    { state: { pk: { S: 'b1#1' }, sk: { S: 'S#1' } }, content: { pk: { S: 'b1#1' }, sk: { S: 'C#1' } } },
    rowOf(2, 'bob@example.com'),
  ]);
});
