import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { Suppression } from '../consent/suppressions.ts';
import { newStateItem, toDynamoJson } from '../ledger/item.ts';
import { contentKey, stateKey, statusKeyOf } from '../ledger/keys.ts';
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
  cellsOf: (row: Row) => readonly Cell[],
  { bom = false, delimiter = ',' } = {},
): CsvWriter<Row> {
  const stringifier = stringify({ bom, delimiter, quoted: true, quoted_empty: true, record_delimiter: '\n' });
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

type Cell = string | number;

/**
 * Makes a writer of a report, which people open in a spreadsheet: it begins with a byte order mark, by which Excel knows UTF-8, and a
 * cell that would run as a formula has an apostrophe before it.
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
const reportWriter = <Row>(
  columns: readonly string[],
  cellsOf: (row: Row) => readonly Cell[],
  delimiter = ',',
): CsvWriter<Row> =>
  csvWriter(columns.map(neutralised) as string[], (row: Row) => cellsOf(row).map(neutralised), {
    bom: true,
    delimiter,
  });

const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const neutralised = (cell: Cell) => (typeof cell === 'string' && FORMULA.test(cell) ? `'${cell}` : cell);

/** What the rows of a batch share. */
export interface RowsOf {
  batchId: string;
  campaignId?: string;
  createdAt: string;
}

const SEND_ROWS_COLUMNS = ['row', 'pk', 'sk', 'queuedKey', 'errorKey'] as const;

const sendRowsCells = ({ batchId, createdAt }: RowsOf, rowNumber: number) => {
  const { pk, sk } = stateKey(batchId, rowNumber);
  const row = { createdAt, rowNumber };
  return [rowNumber, pk, sk, statusKeyOf(row, 'QUEUED'), statusKeyOf(row, 'ERROR')];
};

/** When the items of its rows expire, in seconds since the epoch. */
export interface RowsExpire {
  rowExpiresAt: number;
  contentExpiresAt: number;
}

/**
 * rows.csv, the file of RegisterRows. Each row has its ledger keys and its state item (as DynamoDB JSON), so that the workflow composes
 * none. The ItemReader removes a single backslash before another character in silence
 * (https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html), so each is written twice.
 */
export function rowsWriter(batch: RowsOf & RowsExpire): CsvWriter<ValidRow> {
  const { batchId, campaignId, createdAt, rowExpiresAt, contentExpiresAt } = batch;
  const columns = ['row', 'pk', 'contentSk', 'stateItem', 'content', 'contentExpiresAt'];
  return csvWriter(columns, ({ row, email, subject, content }) => {
    const item = newStateItem({
      batchId,
      ...(campaignId === undefined ? {} : { campaignId }),
      rowNumber: row,
      email,
      subject,
      status: 'PENDING',
      channel: 'campaign',
      createdAt,
      expiresAt: rowExpiresAt,
    });
    const { pk, sk } = contentKey(batchId, row);
    return [row, pk, sk, doubled(JSON.stringify(toDynamoJson(item))), doubled(content), contentExpiresAt];
  });
}

const doubled = (text: string) => text.replaceAll('\\', '\\\\');

/** send.csv, the file of SendRows: the keys of the rows without their contents, which would make it as large as the upload. */
export const sendRowsWriter = (batch: RowsOf): CsvWriter<Pick<ValidRow, 'row'>> =>
  csvWriter(SEND_ROWS_COLUMNS, ({ row }) => sendRowsCells(batch, row));

/** The file of SendRows in a redrive, line by line. No cell needs quotes. */
export function* retryLines(batch: RowsOf, rows: readonly number[]): Generator<string> {
  yield `${SEND_ROWS_COLUMNS.join(',')}\n`;
  for (const row of rows) yield `${sendRowsCells(batch, row).join(',')}\n`;
}

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

/** The suppression list, in the form that an import takes. */
export const suppressionsWriter = (): CsvWriter<Suppression> =>
  reportWriter(['email', 'reason', 'since', 'sendId'], ({ address, reason, since, sendId = '' }) => [
    address,
    reason,
    since,
    sendId,
  ]);
