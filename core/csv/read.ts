import type { ContentFormat } from '../campaigns/campaign.ts';
import { PregonError } from '../errors.ts';
import { addressKey } from './address.ts';
import { AddressSet } from './address-set.ts';
import { decodeCsv } from './encoding.ts';
import { findDelimiter, type Header, headerLine, isSeparatorLine, readHeader } from './header.ts';
import { encodingOf, type Inspection } from './inspect.ts';
import { CSV_LIMITS } from './limits.ts';
import { restoredRow } from './report-cells.ts';
import { type CheckedRow, checkRow, type ValidRow } from './row.ts';
import { RowsHash } from './rows-hash.ts';
import { because, type SkippedRow } from './skip.ts';
import type { CsvSource } from './source.ts';
import type { Templates } from './template.ts';
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
  templates?: Templates | undefined;
  /** Resolves to those of these addresses that must not be sent to, with the reason. None by default. */
  suppressed?: (emails: readonly string[]) => Promise<ReadonlyMap<string, string>>;
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
  /** The addresses of all rows but those that are not valid. */
  addresses: Pick<AddressSet, 'hasHash'>;
}

/** How many skipped rows a summary names. */
const NAMED_SKIPS = 100;
/** Rows whose addresses are looked up together: what one BatchGetItem takes. */
const LOOKED_UP_TOGETHER = 100;

/**
 * Reads an inspected file row by row; memory does not grow with its size, the hashes of the addresses aside.
 * Throws InvalidCsv, with the line, for what makes the whole file doubtful: a quote that is not closed, bytes that cannot be decoded,
 * a NUL, a header without its columns; and when no row can be sent.
 */
export async function readCsv(
  source: CsvSource,
  inspection: Inspection,
  { format, maxRows, templates, suppressed = async () => new Map() }: ReadOptions,
  sinks: RowSinks,
): Promise<CsvSummary> {
  const records = await recordsOf(source, inspection);
  const warnings = new TextWarnings(format);
  const seen = new AddressSet();
  const summary: CsvSummary = {
    total: 0,
    enqueued: 0,
    skipped: 0,
    subject: '',
    skippedRows: [],
    warnings: [],
    rowsHash: '',
    addresses: seen,
  };
  const hash = new RowsHash();
  let header: Header | undefined;

  const skip = (row: SkippedRow) => {
    summary.skipped++;
    if (summary.skippedRows.length < NAMED_SKIPS) summary.skippedRows.push(row);
    return sinks.onSkip(row);
  };

  /** Rows in the order of the file, until the addresses among them are looked up. */
  let checkedRows: CheckedRow[] = [];
  const flush = async (header: Header) => {
    const rows = checkedRows;
    checkedRows = [];
    const reasons = await suppressed(rows.flatMap(({ valid }) => valid?.email ?? []));
    for (const { valid, skip: skipped } of rows) {
      const reason = valid && reasons.get(valid.email);
      if (skipped) await skip(skipped);
      else if (reason !== undefined) {
        await skip({ row: valid.row, email: valid.email, ...because('suppressed', { reason }) });
      } else {
        if (summary.enqueued++ === 0) summary.subject = valid.subject;
        warnings.look(valid, header);
        const held = sinks.onRow(valid);
        // No step of the event loop for each row.
        if (held) await held;
      }
    }
  };

  /** Checks the cells of the next data row, by itself and against the rows before it. */
  const check = (cells: readonly string[], header: Header): CheckedRow => {
    if (++summary.total > maxRows) {
      throw new PregonError(
        'FileTooLarge',
        `The file has more than ${maxRows.toLocaleString('en-US')} rows, the most that one file may have. Split it into several.`,
      );
    }
    const own = header.reason < 0 ? cells : restoredRow(cells, header.reason);
    const checked = checkRow(own, summary.total, header, format);
    if (checked.skip) return checked;
    const { row, email } = checked.valid;
    if (!seen.add(addressKey(email))) return { skip: { row, email, ...because('duplicate_address', { email }) } };
    // Suppressed rows too: the same file is the same upload, whoever has unsubscribed in between.
    hash.add(checked.valid);
    return checked;
  };

  for await (const together of records) {
    for (const [index, cells] of together.entries()) {
      if (!header) {
        if (isSeparatorLine(cells)) continue;
        try {
          header = readHeader(cells, templates, together.slice(index + 1));
        } catch (error) {
          throw await atItsLine(error, source, inspection);
        }
        continue;
      }
      checkedRows.push(check(cells, header));
      if (checkedRows.length === LOOKED_UP_TOGETHER) await flush(header);
    }
  }
  if (!header) throw new PregonError('InvalidCsv', 'The file has no header.');
  await flush(header);
  summary.warnings = [...inspection.warnings, ...header.warnings, ...warnings.list()];
  summary.rowsHash = hash.end();
  if (summary.enqueued === 0) throw noValidRow(summary);
  return summary;
}

/** A fault of the header, with the line where it is. */
async function atItsLine(error: unknown, source: CsvSource, inspection: Inspection): Promise<unknown> {
  if (!(error instanceof PregonError)) return error;
  const line = headerLine(await headOf(decodeCsv(source, encodingOf(inspection))));
  return new PregonError(error.code, error.message, { ...error.extra, line }, { cause: error });
}

/** The records of an inspected file as `tokenize` returns them, its header and a line `sep=;` included. */
export async function recordsOf(source: CsvSource, inspection: Inspection): Promise<ReturnType<typeof tokenize>> {
  const encoding = encodingOf(inspection);
  const decoded = () => decodeCsv(source, encoding);
  return tokenize(decoded, findDelimiter(await headOf(decoded())));
}

function noValidRow({ total, skippedRows }: CsvSummary): PregonError {
  const [first] = skippedRows;
  const why = first
    ? `None of the ${total} rows can be sent. Row ${first.row}: ${first.reason}`
    : 'The file has a header and no rows.';
  return new PregonError('InvalidCsv', why, { total, skipped: total, skippedRows });
}

/** Enough of the file to find its header in. */
export async function headOf(decoded: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of decoded) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= CSV_LIMITS.headBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, CSV_LIMITS.headBytes);
}
