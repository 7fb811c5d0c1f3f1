import { attributesOfBatch, attributesOfRow, toDynamoJson } from '../ledger/item.ts';
import { contentKey, stateKey, statusKeyOf } from '../ledger/keys.ts';
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
  return lineWriter(quotedLine(ROWS_COLUMNS), ({ row, email, subject, content }) => {
    const own = attributesOfRow({ batchId, createdAt, rowNumber: row, email, subject, status: 'PENDING' });
    const { pk, sk } = contentKey(batchId, row);
    const stateItem = `{${shared},${attributesAsCell(own)}}`;
    return quotedLine([row, pk, sk, stateItem, escapeQuotes(doubled(content)), contentExpiresAt]);
  });
}

/** A line of cells that are escaped already. */
const quotedLine = (cells: readonly (string | number)[]) => `"${cells.join('","')}"\n`;

/** The attributes of an item as DynamoDB JSON without its braces, as they stand in a quoted cell. */
function attributesAsCell(item: Record<string, string | number>): string {
  let cell = '';
  let texts = '';
  for (const name of Object.keys(item)) {
    const value = item[name];
    const type = typeof value === 'number' ? 'N' : 'S';
    cell += `${cell && ','}""${name}"":{""${type}"":""${value}""}`;
    texts += value;
  }
  if (!ESCAPED_IN_JSON.test(texts)) return cell;
  return escapeQuotes(doubled(JSON.stringify(toDynamoJson(item)).slice(1, -1)));
}

/** Most rows have none of it, and a test for that takes a tenth of the escaping. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes them.
const ESCAPED_IN_JSON = /["\\\u0000-\u001f\ud800-\udfff]/;

const doubled = (text: string) => text.replaceAll('\\', '\\\\');

const SEND_ROWS_COLUMNS = ['row', 'pk', 'sk', 'queuedKey', 'errorKey'];

function sendRowsCells({ batchId, createdAt }: RowsOf, rowNumber: number) {
  const { pk, sk } = stateKey(batchId, rowNumber);
  const row = { createdAt, rowNumber };
  return [rowNumber, pk, sk, statusKeyOf(row, 'QUEUED'), statusKeyOf(row, 'ERROR')];
}

/** send.csv, the file of SendRows: the keys of the rows without their contents, which would make it as large as the upload. */
export const sendRowsWriter = (batch: RowsOf): CsvWriter<Pick<ValidRow, 'row'>> =>
  lineWriter(quotedLine(SEND_ROWS_COLUMNS), ({ row }) => quotedLine(sendRowsCells(batch, row)));

/** The file of SendRows in a redrive, line by line. No cell needs quotes. */
export function* retryLines(batch: RowsOf, rows: readonly number[]): Generator<string> {
  yield `${SEND_ROWS_COLUMNS.join(',')}\n`;
  for (const row of rows) yield `${sendRowsCells(batch, row).join(',')}\n`;
}
