import type { Suppression } from '../consent/suppressions.ts';
import type { Send } from '../ledger/send.ts';
import { neutralised } from './report-cells.ts';
import type { SkippedRow } from './skip.ts';
import { type Cell, type CsvWriter, csvWriter } from './writer.ts';

/**
 * Makes a writer of a report, which people open in a spreadsheet: it begins with a byte order mark, by which Excel knows UTF-8, and a
 * cell that would run as a formula has an apostrophe before it.
 */
const reportWriter = <Row>(
  columns: readonly string[],
  cellsOf: (row: Row) => readonly Cell[],
  delimiter = ',',
): CsvWriter<Row> =>
  csvWriter(columns.map(neutralised), (row: Row) => cellsOf(row).map(neutralised), {
    bom: true,
    delimiter,
  });

/** The report of the rows that are not sent. */
export const skippedWriter = (): CsvWriter<SkippedRow> =>
  reportWriter(['row', 'email', 'reason', 'code'], ({ row, email, reason, code }) => [row, email, reason, code]);

/** The report of rows in the format of their file: its columns and its delimiter. */
export const failedWriter = (columns: readonly string[], delimiter: string): CsvWriter<readonly string[]> =>
  reportWriter(columns, (cells) => cells, delimiter);

/** The report of every recipient with its state. */
export const sendsWriter = (): CsvWriter<Send> =>
  reportWriter(
    [
      'row',
      'email',
      'subject',
      'status',
      'attempts',
      'provider',
      'messageId',
      'errorCode',
      'errorMessage',
      'lastAttemptAt',
    ],
    ({ rowNumber, email, subject, status, attempts, provider = '', messageId = '', error, lastAttemptAt = '' }) => [
      rowNumber,
      email,
      subject,
      status,
      attempts,
      provider,
      messageId,
      error?.code ?? '',
      error?.message ?? '',
      lastAttemptAt,
    ],
  );

/** The suppression list, in the form that an import takes. Entries without their address cannot be in it. */
export const suppressionsWriter = (): CsvWriter<Suppression> =>
  reportWriter(['email', 'reason', 'since', 'sendId'], ({ address = '', reason, since, sendId = '' }) => [
    address,
    reason,
    since,
    sendId,
  ]);
