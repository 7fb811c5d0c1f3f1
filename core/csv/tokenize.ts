import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { parse as parseSync } from 'csv-parse/sync';
import { PregonError } from '../errors.ts';
import { trimCell } from './cell.ts';
import { CSV_LIMITS } from './limits.ts';
import { lineAt, skipLineEnds } from './lines.ts';

const OPTIONS = {
  // Windows, Unix and old Mac line ends, mixed ones too.
  record_delimiter: ['\r\n', '\n', '\r'],
  // Space around a quoted cell is no part of it.
  trim: true,
  relax_column_count: true,
  skip_empty_lines: true,
  max_record_size: CSV_LIMITS.recordBytes,
};

/**
 * The records of a decoded file: every cell trimmed, records with nothing in them left out. This is the one place that decides about quotes,
 * line ends, blank lines and trimming, for the header and for the rows alike. Throws InvalidCsv, with the line, where quotes do not match.
 */
export async function* tokenize(
  decoded: () => AsyncGenerator<Buffer>,
  delimiter: string,
): AsyncGenerator<readonly string[]> {
  const parser = parse({ ...OPTIONS, delimiter });
  // Its failure reaches us as the parser's: pipeline destroys the parser with it.
  const feeding = pipeline(Readable.from(decoded()), parser).catch((error: unknown) => error);
  try {
    for await (const record of parser) {
      const cells = trimmed(record as string[]);
      if (cells) yield cells;
    }
  } catch (error) {
    throw error instanceof CsvError ? await fileFault(error, decoded) : error;
  } finally {
    parser.destroy();
    await feeding;
  }
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

function trimmed(record: readonly string[]): readonly string[] | undefined {
  const cells = record.map(trimCell);
  return cells.every((cell) => cell === '') ? undefined : cells;
}

/** A parser's complaint with the line where the doubtful cell begins. */
async function fileFault(error: CsvError, decoded: () => AsyncGenerator<Buffer>): Promise<unknown> {
  const bytes = Number(error.bytes ?? 0);
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
    `Line ${line} has a quote in the middle of a cell. Put the whole cell into quotes and write the quote inside it twice.`,
  CSV_MAX_RECORD_SIZE: (line) =>
    `The row that begins in line ${line} is larger than ${CSV_LIMITS.recordBytes / 1024 / 1024} MB: a quote is probably not closed.`,
};
