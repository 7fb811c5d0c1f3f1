import { finished } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { parse as parseSync } from 'csv-parse/sync';
import { PregonError } from '../errors.ts';
import { plainText, trimCell } from './cell.ts';
import { CSV_LIMITS } from './limits.ts';
import { lineAt, skipLineEnds } from './lines.ts';
import { cutPlainRecords } from './plain-records.ts';
import { unfinishedTail } from './utf8.ts';

const OPTIONS = {
  // Windows, Unix and old Mac line ends, mixed ones too.
  record_delimiter: ['\r\n', '\n', '\r'],
  // Space around a quoted cell is no part of it.
  trim: true,
  relax_column_count: true,
  skip_empty_lines: true,
  max_record_size: CSV_LIMITS.recordBytes,
};

type Records = readonly (readonly string[])[];

/** A plain record is not longer than this, in characters. Only csv-parse reads a longer one without starting again at each chunk. */
const MAX_PLAIN = 1024 * 1024;

/**
 * The records of a decoded file: every cell trimmed, records with nothing in them left out. This is the one place that decides about quotes,
 * line ends, blank lines and trimming, for the header and for the rows alike. They come as the records of each chunk that was read, because
 * a step of a stream for each record costs as much as its parsing. Throws InvalidCsv, with the line, where quotes do not match.
 *
 * Plain records are cut out of the text. From the first one that is not plain, csv-parse reads the rest of the file.
 */
export async function* tokenize(decoded: () => AsyncGenerator<Buffer>, delimiter: string): AsyncGenerator<Records> {
  const chunks = decoded();
  try {
    let text = '';
    let unfinished: Uint8Array = Buffer.alloc(0);
    let bytes = 0;
    let isOdd = !isPlainDelimiter(delimiter);
    while (!isOdd && text.length <= MAX_PLAIN) {
      const { value: chunk, done } = await chunks.next();
      if (!done) {
        bytes += chunk.length;
        const joined = unfinished.length ? Buffer.concat([unfinished, chunk]) : chunk;
        const whole = joined.length - unfinishedTail(joined);
        unfinished = joined.subarray(whole);
        text += joined.toString('utf8', 0, whole);
      }
      const cut = cutPlainRecords(text, delimiter, done === true);
      text = text.slice(cut.end);
      isOdd = cut.isOdd;
      yield trimmedRecords(cut.records);
      if (done && !isOdd) return;
    }
    const rest = Buffer.concat([Buffer.from(text), unfinished]);
    yield* parsed(followedBy(rest, chunks), delimiter, (error) => fileFault(error, decoded, bytes - rest.length));
  } finally {
    await chunks.return(undefined);
  }
}

/** Space around cells is trimmed, so it cannot be told from a delimiter that is a space. */
const isPlainDelimiter = (delimiter: string) => /^[!#-~\t]$/.test(delimiter);

async function* followedBy(first: Buffer, chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (first.length) yield first;
  yield* chunks;
}

async function* parsed(
  chunks: AsyncGenerator<Buffer>,
  delimiter: string,
  faultOf: (error: CsvError) => Promise<unknown>,
): AsyncGenerator<Records> {
  let records: string[][] = [];
  const take = (record: string[]) => {
    records.push(record);
    return null;
  };
  const parser = parse({ ...OPTIONS, delimiter, on_record: take });
  // The call that made it fail tells; an error event that nobody hears would end the process.
  parser.on('error', () => undefined);
  try {
    for await (const chunk of chunks) {
      await new Promise<void>((resolve, reject) => {
        parser.write(chunk, (error) => (error ? reject(error) : resolve()));
      });
      yield trimmedRecords(records);
      records = [];
    }
    parser.end();
    await finished(parser, { readable: false });
    yield trimmedRecords(records);
  } catch (error) {
    throw error instanceof CsvError ? await faultOf(error) : error;
  } finally {
    parser.destroy();
  }
}

/** What `tokenize` returns, record by record: for files of which few records are read, or whose rows cost more than that. */
export async function* oneByOne(records: AsyncIterable<Records>): AsyncGenerator<readonly string[]> {
  for await (const together of records) yield* together;
}

/** The first records of the beginning of a file under a delimiter; none where its quotes make no sense there. */
export function firstRecords(head: Buffer, delimiter: string, count: number): (readonly string[])[] {
  const found: (readonly string[])[] = [];
  try {
    parseSync(head, {
      ...OPTIONS,
      delimiter,
      on_record: (record: string[]) => {
        const cells = trimmed(record);
        if (cells) found.push(cells);
        if (found.length === count) throw new Error('enough');
        return null;
      },
    });
  } catch {
    // Enough records, or a fault behind them: what was found before it counts.
  }
  return found;
}

const trimmedRecords = (records: Records): Records =>
  records.flatMap((record) => {
    const cells = trimmed(record);
    return cells ? [cells] : [];
  });

function trimmed(record: readonly string[]): readonly string[] | undefined {
  const cells = record.map((cell) => plainText(trimCell(cell)));
  return cells.every((cell) => cell === '') ? undefined : cells;
}

/** A parser's complaint with the line where the doubtful cell begins. `before` bytes of the file were not the parser's. */
async function fileFault(error: CsvError, decoded: () => AsyncGenerator<Buffer>, before: number): Promise<unknown> {
  const bytes = before + Number(error.bytes ?? 0);
  const line = await lineAt(decoded(), await skipLineEnds(decoded(), bytes));
  const why = FAULTS[error.code];
  return why === undefined ? error : new PregonError('InvalidCsv', why(line), { line }, { cause: error });
}

const goesOn = (line: number) =>
  `The quoted cell that begins in line ${line} goes on after its closing quote. Write a quote inside it twice, or close it before.`;

const FAULTS: Record<string, (line: number) => string> = {
  CSV_QUOTE_NOT_CLOSED: (line) => `The quote that opens in line ${line} is never closed.`,
  CSV_INVALID_CLOSING_QUOTE: goesOn,
  CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE: goesOn,
  INVALID_OPENING_QUOTE: (line) =>
    `Line ${line} has a quote in the middle of a cell. Put the whole cell into quotes and write the quote inside it twice; write "text" in place of ="text".`,
  CSV_MAX_RECORD_SIZE: (line) =>
    `The row that begins in line ${line} is larger than ${CSV_LIMITS.recordBytes / 1024 / 1024} MB: a quote is probably not closed.`,
};
