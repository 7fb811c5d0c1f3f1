import { asciiAddress, isAddress, unwrapAddress } from '../csv/address.ts';
import { nameOf } from '../csv/cell.ts';
import { isSeparatorLine } from '../csv/header.ts';
import { inspectCsv } from '../csv/inspect.ts';
import { recordsOf } from '../csv/read.ts';
import type { CsvSource } from '../csv/source.ts';
import { oneByOne } from '../csv/tokenize.ts';
import { PregonError } from '../errors.ts';
import { forEachConcurrently } from '../for-each.ts';
import { SUPPRESSION_REASONS, type SuppressionReason, type Suppressions } from './suppressions.ts';

/** A row of an import that names no suppression. */
export interface RefusedRow {
  /** Data row, counted from 1. */
  row: number;
  email: string;
  reason: string;
}

export interface ImportedSuppressions {
  /** Entries that are new or have a stronger reason now. */
  added: number;
  /** Addresses that were on the list already. */
  unchanged: number;
  skipped: number;
  /** The first 100. */
  skippedRows: RefusedRow[];
}

interface ImportedRow {
  address: string;
  reason: SuppressionReason;
}

/** Each row is a write, and a function has 29 seconds. */
const MAX_ROWS = 20_000;
const CONCURRENCY = 64;
const NAMED_SKIPS = 100;
const ADDRESS_COLUMNS = ['email', 'address'];
const MAX_SHOWN = 320;

/**
 * Adds the addresses of a CSV with the column `email` or `address`, and perhaps `reason` (`manual` where it is empty). The same file again
 * changes nothing. Throws InvalidCsv for a file without such a column, and FileTooLarge for more than 20,000 rows; then nothing was added.
 */
export async function importSuppressions(
  suppressions: Pick<Suppressions, 'add'>,
  source: CsvSource,
): Promise<ImportedSuppressions> {
  const rows = new Map<string, ImportedRow>();
  const result: ImportedSuppressions = { added: 0, unchanged: 0, skipped: 0, skippedRows: [] };
  let columns: { address: number; reason: number } | undefined;
  let row = 0;
  for await (const cells of oneByOne(await recordsOf(source, await inspectCsv(source)))) {
    if (!columns) {
      if (!isSeparatorLine(cells)) columns = columnsOf(cells);
      continue;
    }
    row += 1;
    if (row > MAX_ROWS) {
      throw new PregonError('FileTooLarge', `The file has more than ${MAX_ROWS} rows. Split it into several.`);
    }
    const email = cells[columns.address] ?? '';
    const read = rowOf(email, cells[columns.reason] ?? '');
    if (typeof read !== 'string') rows.set(`${read.address} ${read.reason}`, read);
    else {
      result.skipped += 1;
      if (result.skippedRows.length < NAMED_SKIPS) {
        result.skippedRows.push({ row, email: email.slice(0, MAX_SHOWN).toWellFormed(), reason: read });
      }
    }
  }
  await forEachConcurrently(CONCURRENCY, [...rows.values()], async ({ address, reason }) => {
    const { changed } = await suppressions.add(address, { reason });
    result[changed ? 'added' : 'unchanged'] += 1;
  });
  return result;
}

function columnsOf(header: readonly string[]): { address: number; reason: number } {
  const names = header.map(nameOf);
  const address = names.findIndex((name) => ADDRESS_COLUMNS.includes(name));
  if (address < 0) {
    throw new PregonError('InvalidCsv', 'The header names neither the column "email" nor "address".', { line: 1 });
  }
  return { address, reason: names.indexOf('reason') };
}

/** The suppression of a row, or why there is none. */
function rowOf(cell: string, reasonCell: string): ImportedRow | string {
  const address = asciiAddress(unwrapAddress(cell));
  if (!isAddress(address)) return 'This is not a valid email address.';
  const named = reasonCell.toLowerCase() || 'manual';
  const reason = SUPPRESSION_REASONS.find((known) => known === named);
  return reason ? { address, reason } : `The reason must be one of ${SUPPRESSION_REASONS.join(', ')}.`;
}
