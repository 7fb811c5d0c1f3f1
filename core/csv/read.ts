import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import type { ContentFormat } from '../campaigns/campaign.ts';
import { PregonError } from '../errors.ts';
import { AddressSet } from './address-set.ts';
import { decodeCsv } from './encoding.ts';
import { type Header, LINE_ENDS, readHeader } from './header.ts';
import { encodingOf, type Inspection } from './inspect.ts';
import { CSV_LIMITS } from './limits.ts';
import { lineAt, skipLineEnds } from './lines.ts';
import { checkRow, type ValidRow } from './row.ts';
import { because, type SkippedRow } from './skip.ts';
import type { CsvSource } from './source.ts';

/** Where the rows go; a promise holds the reading back until it is kept. */
export interface RowSinks {
  onRow(row: ValidRow): void | Promise<void>;
  onSkip(skipped: SkippedRow): void | Promise<void>;
}

export interface ReadOptions {
  format: ContentFormat;
  maxRows: number;
}

export interface CsvSummary {
  /** Data rows: those with nothing in them are not counted. */
  total: number;
  enqueued: number;
  skipped: number;
  /** The first of the skipped rows. */
  skippedRows: SkippedRow[];
  warnings: string[];
}

/** How many skipped rows a summary names. */
const NAMED_SKIPS = 100;

/**
 * Reads an inspected file row by row; memory does not grow with its size, the hashes of the addresses aside.
 * Throws InvalidCsv, with the line, for what makes the whole file doubtful: a quote that is not closed, bytes that cannot be decoded,
 * a NUL, a header without its columns; and when no row can be sent.
 */
export async function readCsv(
  source: CsvSource,
  inspection: Inspection,
  { format, maxRows }: ReadOptions,
  sinks: RowSinks,
): Promise<CsvSummary> {
  const encoding = encodingOf(inspection);
  const decoded = () => decodeCsv(source, encoding);
  const header = readHeader(await headOf(decoded()));
  const summary: CsvSummary = {
    total: 0,
    enqueued: 0,
    skipped: 0,
    skippedRows: [],
    warnings: [...inspection.warnings, ...header.warnings],
  };
  const seen = new AddressSet();
  let headerPassed = false;

  const skip = (row: SkippedRow) => {
    summary.skipped++;
    if (summary.skippedRows.length < NAMED_SKIPS) summary.skippedRows.push(row);
    return sinks.onSkip(row);
  };

  for await (const cells of records(decoded, header)) {
    if (isBlankLine(cells)) continue;
    if (!headerPassed) {
      headerPassed = true;
      continue;
    }
    if (++summary.total > maxRows) {
      throw new PregonError('FileTooLarge', `The file has more than ${maxRows} rows. Split it into several.`);
    }
    const checked = checkRow(cells, summary.total, header, format);
    if (checked.skip) {
      await skip(checked.skip);
    } else if (!seen.add(checked.valid.email)) {
      const { row, email } = checked.valid;
      await skip({ row, email, ...because('duplicate_address', { email }) });
    } else {
      summary.enqueued++;
      await sinks.onRow(checked.valid);
    }
  }
  if (summary.enqueued === 0) throw noValidRow(summary);
  return summary;
}

function noValidRow({ total, skippedRows }: CsvSummary): PregonError {
  const [first] = skippedRows;
  const why = first
    ? `None of the ${total} rows can be sent. Row ${first.row}: ${first.reason}`
    : 'The file has a header and no rows.';
  return new PregonError('InvalidCsv', why, { total, skipped: total, skippedRows });
}

/** A line of spaces only: the parser leaves out the empty ones. */
const isBlankLine = (cells: readonly string[]) => cells.length === 1 && cells[0]?.trim() === '';

/** Enough of the file to find its header in. */
async function headOf(decoded: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of decoded) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= CSV_LIMITS.headBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, CSV_LIMITS.headBytes).toString();
}

async function* records(decoded: () => AsyncGenerator<Buffer>, { delimiter }: Header): AsyncGenerator<string[]> {
  const parser = parse({
    delimiter,
    record_delimiter: LINE_ENDS,
    // Rows with too many or too few cells are skipped with a reason of ours.
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: CSV_LIMITS.recordBytes,
  });
  // Its failure reaches us as the parser's: pipeline destroys the parser with it.
  const feeding = pipeline(Readable.from(decoded()), parser).catch((error: unknown) => error);
  try {
    for await (const record of parser) yield record as string[];
  } catch (error) {
    throw error instanceof CsvError ? await fileFault(error, decoded) : error;
  } finally {
    parser.destroy();
    await feeding;
  }
}

/** A parser's complaint with the line where the doubtful cell begins. */
async function fileFault(error: CsvError, decoded: () => AsyncGenerator<Buffer>): Promise<unknown> {
  const bytes = Number(error.bytes ?? 0);
  const line = await lineAt(decoded(), await skipLineEnds(decoded(), bytes));
  const why = FAULTS[error.code];
  return why === undefined ? error : new PregonError('InvalidCsv', why(line), { line }, { cause: error });
}

const FAULTS: Record<string, (line: number) => string> = {
  CSV_QUOTE_NOT_CLOSED: (line) => `The quote that opens in line ${line} is never closed.`,
  CSV_INVALID_CLOSING_QUOTE: (line) =>
    `The quoted cell that begins in line ${line} goes on after its closing quote. Write a quote inside it twice, or close it before.`,
  INVALID_OPENING_QUOTE: (line) =>
    `Line ${line} has a quote in the middle of a cell. Put the whole cell into quotes and write the quote inside it twice.`,
  CSV_MAX_RECORD_SIZE: (line) =>
    `The row that begins in line ${line} is larger than ${CSV_LIMITS.recordBytes / 1024 / 1024} MB: a quote is probably not closed.`,
};
