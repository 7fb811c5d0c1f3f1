import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { Send } from '../ledger/send.ts';
import type { ValidRow } from './row.ts';
import type { SkippedRow } from './skip.ts';

/** A CSV that is written row by row and read as a stream of bytes. */
export interface CsvWriter<Row> {
  readonly stream: Readable;
  /** Resolves when the next row may come; rejects when the stream was destroyed. */
  write(row: Row): Promise<void>;
  end(): void;
}

/**
 * Makes a writer of CSV in UTF-8, LF and no byte order mark: the form that each reader takes, Step Functions' included.
 * Every cell is quoted, so that none depends on how a reader takes spaces, empty cells or a lone CR.
 */
export function csvWriter<Row>(
  columns: readonly string[],
  cellsOf: (row: Row) => readonly (string | number)[],
): CsvWriter<Row> {
  const stringifier = stringify({ quoted: true, quoted_empty: true, record_delimiter: '\n' });
  // `write` tells; an error event that nobody hears would end the process.
  stringifier.on('error', () => undefined);
  stringifier.write(columns);
  return {
    stream: stringifier,
    async write(row) {
      if (stringifier.errored) throw stringifier.errored;
      if (!stringifier.write(cellsOf(row))) await once(stringifier, 'drain');
    },
    end: () => stringifier.end(),
  };
}

/**
 * The rows to send, as the workflow's ItemReader reads them: it removes a single backslash before another character in silence
 * (https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html), so each is written twice.
 */
export const rowsWriter = (): CsvWriter<ValidRow> =>
  csvWriter(['row', 'email', 'subject', 'content'], ({ row, email, subject, content }) => [
    row,
    doubled(email),
    doubled(subject),
    doubled(content),
  ]);

const doubled = (text: string) => text.replaceAll('\\', '\\\\');

/** The report of the rows that are not sent. */
export const skippedWriter = (): CsvWriter<SkippedRow> =>
  csvWriter(['row', 'email', 'reason', 'code'], ({ row, email, reason, code }) => [row, email, reason, code]);

/** The report of every recipient with its state. */
export const sendsWriter = (): CsvWriter<Send> =>
  csvWriter(
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
