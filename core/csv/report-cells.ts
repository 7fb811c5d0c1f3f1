import { ERRORS } from '../errors.ts';
import { nameOf } from './cell.ts';

/** What a spreadsheet would run as a formula. https://owasp.org/www-community/attacks/CSV_Injection */
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/;

/** A cell with an apostrophe before a formula. One that has apostrophes already gets another, so that `restored` takes away what was added. */
export const neutralised = <Cell extends string | number>(cell: Cell): Cell | string =>
  typeof cell === 'string' && FORMULA.test(cell) ? `'${cell}` : cell;

const restored = (cell: string): string => (cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell);

/** The column by which failed.csv says why a row was not sent. The second name is for files that have a column of the first for themselves. */
const REASON = 'reason';
const REASON_BESIDE = 'not_sent_reason';

export const NOT_SENT = 'NotSent: The campaign ended before the row was sent.';

/** Where a file that may be a failed.csv has the reasons; -1 where it is none. */
export function reasonIndexOf(header: readonly string[]): number {
  const names = header.map(nameOf);
  return names.includes(REASON_BESIDE) ? names.indexOf(REASON_BESIDE) : names.indexOf(REASON);
}

/** Says whether a row has a reason that failed.csv gave. */
export function hasReportedReason(cells: readonly string[], reasonIndex: number): boolean {
  const [, code = ''] = /^([A-Za-z]+): /.exec(cells[reasonIndex] ?? '') ?? [];
  return code !== '' && (Object.hasOwn(ERRORS, code) || NOT_SENT.startsWith(`${code}: `));
}

/** The names of a header; those of a failed.csv as they were in its campaign's file. */
export const restoredHeader = (header: readonly string[]): readonly string[] =>
  reasonIndexOf(header) < 0 ? header : header.map(restored);

/** The cells of a row; those of a failed.csv as they were in its campaign's file. */
export const restoredRow = (cells: readonly string[], reasonIndex: number): readonly string[] =>
  hasReportedReason(cells, reasonIndex) ? cells.map(restored) : cells;

/** The column of the reason in the failed.csv of a file with this header and first row: the one that it has from such a report, or one more. */
export function reasonColumnOf(
  header: readonly string[],
  firstRow: readonly string[],
): { index: number; name: string } {
  const index = reasonIndexOf(header);
  const name = header[index];
  if (name === undefined) return { index: header.length, name: REASON };
  return hasReportedReason(firstRow, index) ? { index, name } : { index: header.length, name: REASON_BESIDE };
}
