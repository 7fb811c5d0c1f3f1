import { fromDynamoJson, type NewRow } from '../ledger/item.ts';
import { ERASED_EMAIL } from '../ledger/send.ts';

const QUOTE = 0x22;
const LF = 0x0a;

/**
 * rows.csv without the data of an address. Its row stays at its place and every byte behind it too: Step Functions may be reading the file, by
 * row or by range, and a redrive reads it again. The workflow does not register the row, because `onRow` is told of it before, and writes the
 * row that the ledger is to have.
 */
export async function* eraseFromRows(
  bytes: AsyncIterable<Uint8Array>,
  key: string,
  onRow: (row: NewRow) => Promise<void>,
): AsyncGenerator<Buffer> {
  const needle = Buffer.from(`""${key}""`);
  let columns: readonly string[] | undefined;
  for await (const record of recordsIn(bytes)) {
    if (columns === undefined) {
      columns = cellsOf(record);
      yield record;
      continue;
    }
    const row = record.includes(needle) ? rowOf(columns, record, key) : undefined;
    if (!row) yield record;
    else {
      await onRow(row);
      yield erased(columns, record);
    }
  }
}

/** The records of a CSV that the product has written: every cell is quoted, and lines end with LF. */
async function* recordsIn(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  let quoted = false;
  for await (const piece of bytes) {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      if (chunk[at] === QUOTE) quoted = !quoted;
      if (chunk[at] !== LF || quoted) continue;
      yield Buffer.concat([...rest, chunk.subarray(start, at + 1)]);
      rest = [];
      start = at + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
  if (rest.length > 0) yield Buffer.concat(rest);
}

const cellsOf = (record: Buffer): string[] =>
  [...record.toString().matchAll(/"((?:[^"]|"")*)"(?:,|\r?\n|$)/g)].map(([, cell = '']) => cell.replaceAll('""', '"'));

/** Step Functions takes a backslash off before another character, so each is written twice. */
const halved = (text: string) => text.replaceAll('\\\\', '\\');

function stateIn(cells: readonly string[], columns: readonly string[]) {
  return JSON.parse(halved(cells[columns.indexOf('stateItem')] ?? '{}')) as Parameters<typeof fromDynamoJson>[0];
}

/** The row as it would be registered, if it is of the address. */
function rowOf(columns: readonly string[], record: Buffer, key: string): NewRow | undefined {
  const { address, ...state } = fromDynamoJson(stateIn(cellsOf(record), columns));
  if (address !== key) return undefined;
  const { batchId, campaignId, rowNumber, email, subject, createdAt, expiresAt } = state as unknown as NewRow;
  return {
    batchId,
    ...(campaignId !== undefined && { campaignId }),
    rowNumber,
    email,
    subject,
    status: 'PENDING',
    channel: 'campaign',
    createdAt,
    expiresAt,
  };
}

/** The subject of the first row that is not erased. Undefined when there is none. */
export async function firstSubject(bytes: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  let columns: readonly string[] | undefined;
  for await (const record of recordsIn(bytes)) {
    if (columns === undefined) columns = cellsOf(record);
    else {
      const { email, subject } = fromDynamoJson(stateIn(cellsOf(record), columns));
      if (email !== ERASED_EMAIL) return String(subject);
    }
  }
  return undefined;
}

/** The record without its data, and as long: the content is filled up with spaces. */
function erased(columns: readonly string[], record: Buffer): Buffer {
  const cells = cellsOf(record);
  const { address: _address, ...state } = stateIn(cells, columns);
  const left = JSON.stringify({ ...state, email: { S: ERASED_EMAIL }, subject: { S: '' } });
  const lineOf = (content: string) =>
    `${columns
      .map((name, n) =>
        name === 'stateItem' ? left.replaceAll('\\', '\\\\') : name === 'content' ? content : (cells[n] ?? ''),
      )
      .map((cell) => `"${cell.replaceAll('"', '""')}"`)
      .join(',')}\n`;
  return Buffer.from(lineOf(' '.repeat(record.length - Buffer.byteLength(lineOf('')))));
}
