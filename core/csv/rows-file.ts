import { attributesOfBatch, attributesOfRow, toDynamoJson } from '../ledger/item.ts';
import { rowKeysOf } from '../ledger/row-keys.ts';
import { inOnePiece } from '../one-piece.ts';
import type { ValidRow } from './row.ts';
import { type CsvWriter, escapeQuotes, lineWriter } from './writer.ts';

/** What the rows of a batch share. */
export interface RowsOf {
  batchId: string;
  campaignId?: string;
  createdAt: string;
}

/** When the items of its rows expire, in seconds since the epoch. */
export interface RowsExpire {
  rowExpiresAt: number;
  contentExpiresAt: number;
}

const ROWS_COLUMNS = ['row', 'pk', 'contentSk', 'stateItem', 'content', 'contentExpiresAt'];

/**
 * rows.csv, the file of RegisterRows. Each row has its ledger keys and its state item (as DynamoDB JSON), so that the workflow composes
 * none. The ItemReader removes a single backslash before another character in silence
 * (https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html), so each is written twice.
 */
export function rowsWriter(batch: RowsOf & RowsExpire): CsvWriter<ValidRow> {
  const { batchId, campaignId, createdAt, rowExpiresAt: expiresAt, contentExpiresAt } = batch;
  const ofBatch = { batchId, createdAt, expiresAt, ...(campaignId === undefined ? {} : { campaignId }) };
  // Most of a short line. It is the same in every row, so it is composed and escaped once.
  const shared = attributesAsCell(attributesOfBatch({ ...ofBatch, status: 'PENDING', channel: 'campaign' }));
  const cellOf = rowCell(shared);
  const keysOf = rowKeysOf(batch);
  return lineWriter(quotedLine(ROWS_COLUMNS), ({ row, email, subject, content }) => {
    const { pk, sk, contentSk, pendingKey: statusKey, createdKey } = keysOf(row);
    const own = attributesOfRow({ pk, sk, statusKey, createdKey }, { rowNumber: row, email, subject });
    const hasEscapes = ESCAPED_IN_JSON.test(email) || ESCAPED_IN_JSON.test(subject);
    const stateItem = hasEscapes ? `{${shared},${attributesAsCell(own)}}` : cellOf(own);
    return `"${row}","${pk}","${contentSk}","${stateItem}","${escapeQuotes(doubled(content))}","${contentExpiresAt}"\n`;
  });
}

/** A line of cells that are escaped already. */
const quotedLine = (cells: readonly (string | number)[]) => `"${cells.join('","')}"\n`;

/** The attributes of an item as DynamoDB JSON without its braces, as they stand in a quoted cell. */
const attributesAsCell = (item: Record<string, string | number>) =>
  escapeQuotes(doubled(JSON.stringify(toDynamoJson(item)).slice(1, -1)));

type RowAttributes = ReturnType<typeof attributesOfRow>;

/** Makes the cell of a row's state item of which no text needs an escape: what stands before each value is the same in every row. */
function rowCell(shared: string): (own: RowAttributes) => string {
  const texts = { pk: '', sk: '', statusKey: '', createdKey: '' };
  const sample = attributesOfRow(texts, { rowNumber: 0, email: '', subject: '' });
  const before = Object.entries(sample).map(([name, value], n) => {
    const behindLast = n === 0 ? `{${shared},` : '""},';
    return inOnePiece(`${behindLast}""${name}"":{""${typeof value === 'number' ? 'N' : 'S'}"":""`);
  });
  return (own) => {
    let cell = '';
    let n = 0;
    for (const name in own) cell += `${before[n++]}${own[name as keyof RowAttributes]}`;
    return `${cell}""}}`;
  };
}

/** Most rows have none of it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes them.
const ESCAPED_IN_JSON = /["\\\u0000-\u001f\ud800-\udfff]/;

const doubled = (text: string) => text.replaceAll('\\', '\\\\');

const SEND_ROWS_COLUMNS = ['row', 'pk', 'sk', 'queuedKey', 'errorKey'];

const sendRowsCells = (batch: RowsOf) => {
  const keysOf = rowKeysOf(batch);
  return (row: number) => {
    const { pk, sk, queuedKey, errorKey } = keysOf(row);
    return [row, pk, sk, queuedKey, errorKey];
  };
};

/** send.csv, the file of SendRows: the keys of the rows without their contents, which would make it as large as the upload. */
export function sendRowsWriter(batch: RowsOf): CsvWriter<Pick<ValidRow, 'row'>> {
  const cellsOf = sendRowsCells(batch);
  return lineWriter(quotedLine(SEND_ROWS_COLUMNS), ({ row }) => quotedLine(cellsOf(row)));
}

/** The file of SendRows in a redrive, line by line. No cell needs quotes. */
export function* retryLines(batch: RowsOf, rows: readonly number[]): Generator<string> {
  const cellsOf = sendRowsCells(batch);
  yield `${SEND_ROWS_COLUMNS.join(',')}\n`;
  for (const row of rows) yield `${cellsOf(row).join(',')}\n`;
}
