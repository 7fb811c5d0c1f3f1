import type { ContentFormat } from '../campaigns/campaign.ts';
import { PregonError } from '../errors.ts';
import { addressKey } from './address.ts';
import { AddressSet } from './address-set.ts';
import { decodeCsv } from './encoding.ts';
import { findDelimiter, type Header, isSeparatorLine, readHeader } from './header.ts';
import { encodingOf, type Inspection } from './inspect.ts';
import { CSV_LIMITS } from './limits.ts';
import { checkRow, type ValidRow } from './row.ts';
import { RowsHash } from './rows-hash.ts';
import { because, type SkippedRow } from './skip.ts';
import type { CsvSource } from './source.ts';
import { TextWarnings } from './text-warnings.ts';
import { tokenize } from './tokenize.ts';

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
  /** The subject of the first row to send. */
  subject: string;
  /** Hash over the rows to send. */
  rowsHash: string;
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
  const records = tokenize(decoded, findDelimiter(await headOf(decoded())));
  const warnings = new TextWarnings(format);
  const summary: CsvSummary = {
    total: 0,
    enqueued: 0,
    skipped: 0,
    subject: '',
    skippedRows: [],
    warnings: [],
    rowsHash: '',
  };
  const seen = new AddressSet();
  const hash = new RowsHash();
  let header: Header | undefined;

  const skip = (row: SkippedRow) => {
    summary.skipped++;
    if (summary.skippedRows.length < NAMED_SKIPS) summary.skippedRows.push(row);
    return sinks.onSkip(row);
  };

  for await (const cells of records) {
    if (!header) {
      if (!isSeparatorLine(cells)) header = readHeader(cells);
      continue;
    }
    if (++summary.total > maxRows) {
      throw new PregonError('FileTooLarge', `The file has more than ${maxRows} rows. Split it into several.`);
    }
    const checked = checkRow(cells, summary.total, header, format);
    if (checked.skip) {
      await skip(checked.skip);
    } else if (!seen.add(addressKey(checked.valid.email))) {
      const { row, email } = checked.valid;
      await skip({ row, email, ...because('duplicate_address', { email }) });
    } else {
      if (summary.enqueued++ === 0) summary.subject = checked.valid.subject;
      warnings.look(checked.valid, header);
      hash.add(checked.valid);
      await sinks.onRow(checked.valid);
    }
  }
  if (!header) throw new PregonError('InvalidCsv', 'The file has no header.');
  summary.warnings = [...inspection.warnings, ...header.warnings, ...warnings.list()];
  summary.rowsHash = hash.end();
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

/** Enough of the file to find its header in. */
async function headOf(decoded: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of decoded) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= CSV_LIMITS.headBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, CSV_LIMITS.headBytes);
}
