import { parseCsv } from '../format/csv.ts';

/** So much of a file is read for its header, and of a large one for its preflight. */
const HEADER_BYTES = 64 * 1024;
const HEAD_BYTES = 1024 * 1024;

const DELIMITERS = [',', ';', '\t', '|'];

/**
 * The names of a file's columns in lower case, as far as they can be read here: the API reads them with more care, and is the one that
 * decides.
 */
export async function readColumns(file: Blob): Promise<string[]> {
  const bytes = new Uint8Array(await file.slice(0, HEADER_BYTES).arrayBuffer());
  return columnsOf(new TextDecoder(encodingOf(bytes)).decode(bytes));
}

export function columnsOf(text: string): string[] {
  const separator = /^\uFEFF?sep=(.)\r?\n/.exec(text);
  const body = separator === null ? text : text.slice(separator[0].length);
  const line = body.slice(0, body.search(/\r?\n|$/));
  const delimiter =
    separator?.[1] ?? DELIMITERS.reduce((best, each) => (count(line, each) > count(line, best) ? each : best));
  const [header = []] = parseCsv(body.slice(0, HEADER_BYTES), delimiter);
  return header.map((name) => name.trim().toLowerCase().normalize('NFC')).filter((name) => name !== '');
}

const count = (text: string, character: string) => text.split(character).length - 1;

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return 'utf-8';
}

/** The first rows of a large file as a file of its own, cut after a whole row. Undefined where the rows cannot be told apart. */
export async function headOf(file: File): Promise<File | undefined> {
  const bytes = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  if (encodingOf(bytes) !== 'utf-8') return undefined;
  const end = endOfLastRow(bytes);
  return end === 0 ? undefined : new File([bytes.slice(0, end)], file.name, { type: 'text/csv' });
}

/** The end of the last line that is not inside quotes. */
export function endOfLastRow(bytes: Uint8Array): number {
  let quoted = false;
  let end = 0;
  for (const [at, byte] of bytes.entries()) {
    if (byte === 0x22) quoted = !quoted;
    else if (byte === 0x0a && !quoted) end = at + 1;
  }
  return end;
}
