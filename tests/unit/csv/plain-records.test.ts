import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { trimCell } from '../../../core/csv/cell.ts';
import { cutPlainRecords } from '../../../core/csv/plain-records.ts';
import { oneByOne, tokenize } from '../../../core/csv/tokenize.ts';

const DELIMITERS = [',', ';', '\t', '|'] as const;

/** What csv-parse makes of the whole text, or its complaint. */
function expected(text: string, delimiter: string): string[][] | 'fault' {
  try {
    const records: string[][] = parse(text, {
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      trim: true,
      relax_column_count: true,
      skip_empty_lines: true,
    });
    return records.map((cells) => cells.map(trimCell)).filter((cells) => cells.some((cell) => cell !== ''));
  } catch {
    return 'fault';
  }
}

async function* sliced(text: string, bytes: number): AsyncGenerator<Buffer> {
  const whole = Buffer.from(text);
  for (let at = 0; at < whole.length; at += bytes) yield whole.subarray(at, at + bytes);
}

async function tokenized(text: string, delimiter: string, bytes: number): Promise<(readonly string[])[]> {
  return Array.fromAsync(oneByOne(tokenize(() => sliced(text, bytes), delimiter)));
}

/** What readers of CSV trip over, with cells of several bytes a character. */
const text = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('a', 'é', '🎉', '"a"', '"a ""b"" c"', '"a\nb"') },
      { weight: 4, arbitrary: fc.constantFrom(...DELIMITERS, '\n', '\r\n') },
      { weight: 1, arbitrary: fc.constantFrom('"', '""', ' ', '\r', '\ufeff', '\u00a0', '"a" ', ' "a"') },
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''));

describe('the records of a file', () => {
  it('are those of csv-parse, whatever the text and wherever it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.constantFrom(...DELIMITERS),
        fc.integer({ min: 1, max: 30 }),
        async (file, by, bytes) => {
          const records = expected(file, by);
          if (records === 'fault') {
            await expect(tokenized(file, by, bytes)).rejects.toMatchObject({ code: 'InvalidCsv' });
          } else {
            expect(await tokenized(file, by, bytes)).toEqual(records);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('are cut from plain text, so that csv-parse reads none of it', () => {
    const plain = 'email,subject\n"a ""quoted"" cell, of two\nlines",é\r\n,\rlast,line';

    expect(cutPlainRecords(plain, ',', true)).toEqual({
      records: [
        ['email', 'subject'],
        ['a "quoted" cell, of two\nlines', 'é'],
        ['', ''],
        ['last', 'line'],
      ],
      end: plain.length,
      isOdd: false,
    });
  });

  it.each(['a,b\nc "quoted" word,d\n', 'a,b\n "c",d\n', 'a,b\n"c" ,d\n'])(
    'are left to csv-parse from the first one on that is not plain: %j',
    (odd) => {
      expect(cutPlainRecords(`${odd}e,f\n`, ',', true)).toEqual({ records: [['a', 'b']], end: 4, isOdd: true });
    },
  );

  it('name the line of a fault that comes after many records', async () => {
    const rows = Array.from({ length: 2_000 }, (_, n) => `user${n}@example.com,"a\nb é"\n`);
    const file = `email,content\n${rows.join('')}a@example.com,b "c" d\n`;

    await expect(tokenized(file, ',', 1_000)).rejects.toMatchObject({
      code: 'InvalidCsv',
      message: expect.stringContaining(`Line ${1 + 2 * rows.length + 1} has a quote in the middle of a cell`),
    });
  });

  it('may be longer than what is cut at once', async () => {
    const long = 'word '.repeat(240_000).trim();
    const file = `email,content\na@example.com,x\nb@example.com,"${long}"\nc@example.com,z\n`;

    const records = await tokenized(file, ',', 64 * 1024);

    expect(records.map(([first, second = '']) => [first, second.length])).toEqual([
      ['email', 7],
      ['a@example.com', 1],
      ['b@example.com', long.length],
      ['c@example.com', 1],
    ]);
  });
});
