import { addressKey, unwrapAddress } from '../csv/address.ts';
import { nameOf } from '../csv/cell.ts';
import { decodeCsv } from '../csv/encoding.ts';
import { findDelimiter, isSeparatorLine } from '../csv/header.ts';
import { encodingOf, inspectCsv } from '../csv/inspect.ts';
import { headOf } from '../csv/read.ts';
import { hasReportedReason, reasonIndexOf } from '../csv/report-cells.ts';
import type { CsvSource } from '../csv/source.ts';
import { oneByOne, tokenize } from '../csv/tokenize.ts';
import { csvWriter, written } from '../csv/writer.ts';
import { ERASED_EMAIL } from '../ledger/send.ts';
import { mentions, mentionsOf } from './mentions.ts';

const MARK = '\ufeff';
const ERASED_ROW = 'The row was erased.';
const ERASED_REASON = `Erased: ${ERASED_ROW}`;

/**
 * source.csv without the rows of an address: only the word `erased` is left of each, so that the others keep their numbers, by which failed.csv
 * finds them. It becomes UTF-8 with a byte order mark, which outweighs the encoding that the upload named. Calls `onRow` for each such row.
 */
export async function* eraseFromSource(
  source: CsvSource,
  encodingName: string | undefined,
  key: string,
  onRow: () => void,
): AsyncGenerator<Buffer> {
  const encoding = encodingOf(await inspectCsv(source, { encoding: encodingName }));
  const decoded = () => decodeCsv(source, encoding);
  const delimiter = findDelimiter(await headOf(decoded()));
  const records = oneByOne(tokenize(decoded, delimiter));
  const first = (await records.next()).value ?? [];
  const isSeparator = isSeparatorLine(first);
  const header = isSeparator ? ((await records.next()).value ?? []) : first;
  const column = header.map(nameOf).indexOf('email');
  const reasonAt = reasonIndexOf(header);
  const pattern = mentionsOf(key);

  function erased(cells: readonly string[]): readonly string[] {
    const email = cells[column] ?? '';
    // A cell that lists several addresses is that of a skipped row.
    if (addressKey(unwrapAddress(email)) !== key && !mentions(email, pattern)) return cells;
    onRow();
    // By its reasons a failed.csv is known as one.
    const reason = hasReportedReason(cells, reasonAt) ? ERASED_REASON : '';
    return cells.map((_, n) => (n === column ? ERASED_EMAIL : n === reasonAt ? reason : ''));
  }
  async function* rows() {
    for await (const cells of records) yield erased(cells);
  }

  yield Buffer.from(isSeparator ? `${MARK}sep=${delimiter}\n` : MARK);
  yield* written(
    csvWriter(header, (cells: readonly string[]) => cells, { delimiter }),
    rows(),
  );
}

/** skipped.csv without an address. Calls `onRow` for each of its rows. */
export async function* eraseFromSkipped(source: CsvSource, key: string, onRow: () => void): AsyncGenerator<Buffer> {
  const encoding = encodingOf(await inspectCsv(source, { encoding: 'utf-8' }));
  const records = oneByOne(tokenize(() => decodeCsv(source, encoding), ','));
  const header = (await records.next()).value ?? [];
  const [email, reason] = [header.indexOf('email'), header.indexOf('reason')];
  const pattern = mentionsOf(key);

  function erased(cells: readonly string[]): readonly string[] {
    const has = (cell = '') => addressKey(cell) === key || mentions(cell, pattern);
    if (!has(cells[email]) && !has(cells[reason])) return cells;
    onRow();
    return cells.map((cell, n) => (n === email ? ERASED_EMAIL : n === reason ? ERASED_ROW : cell));
  }
  async function* rows() {
    for await (const cells of records) yield erased(cells);
  }
  // Its cells are neutralised already.
  yield* written(
    csvWriter(header, (cells: readonly string[]) => cells, { bom: true }),
    rows(),
  );
}
