import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';

/** A CSV that is written row by row and read as a stream of bytes. */
export interface CsvWriter<Row> {
  readonly stream: Readable;
  /** Returns a promise where the next row may come only after it; it rejects when the stream was destroyed. */
  write(row: Row): void | Promise<void>;
  end(): void;
}

export type Cell = string | number;

/** Rows are handed on together, because a step of a stream for each costs more than its cells. */
const CHUNK_CHARACTERS = 64 * 1024;

/** Makes a writer of lines, which end with LF, in UTF-8. The first one is the header. */
export function lineWriter<Row>(header: string, lineOf: (row: Row) => string): CsvWriter<Row> {
  const stream = new PassThrough();
  // `write` tells; an error event that nobody hears would end the process.
  stream.on('error', () => undefined);
  let lines = header;
  const handOn = () => {
    const goesOn = stream.write(lines);
    lines = '';
    return goesOn;
  };
  return {
    stream,
    write(row) {
      if (stream.errored) return Promise.reject(stream.errored);
      lines += lineOf(row);
      if (lines.length < CHUNK_CHARACTERS || handOn()) return undefined;
      return once(stream, 'drain').then(() => undefined);
    },
    end() {
      handOn();
      stream.end();
    },
  };
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
  const between = `"${delimiter}"`;
  const lineOf = (cells: readonly Cell[]) => `"${cells.map(escapedCell).join(between)}"\n`;
  return lineWriter((bom ? '\ufeff' : '') + lineOf(columns), (row) => lineOf(cellsOf(row)));
}

const escapedCell = (cell: Cell) => (typeof cell === 'number' ? cell : escapeQuotes(cell));

/** RFC 4180: a quote inside a quoted cell is written twice. */
export const escapeQuotes = (text: string): string => text.replace(/"/g, '""');

/** What two writers return for a row, as one. No promise where there is none, because one for each row has a cost. */
export const bothHeld = (one: void | Promise<void>, other: void | Promise<void>): void | Promise<void> =>
  one || other ? Promise.all([one, other]).then(() => undefined) : undefined;

/** The bytes of a writer that is filled while they are read. */
export async function* written<Row>(writer: CsvWriter<Row>, rows: AsyncIterable<Row>): AsyncGenerator<Buffer> {
  const writing = (async () => {
    for await (const row of rows) await writer.write(row);
    writer.end();
  })().catch((error: Error) => writer.stream.destroy(error));
  try {
    yield* writer.stream;
  } finally {
    // Whoever stops reading ends the writing too.
    writer.stream.destroy();
    await writing;
  }
}
