import { parse } from 'csv-parse/sync';
import { PregonError } from '../errors.ts';
import { REQUIRED_COLUMNS, type RequiredColumn } from './limits.ts';

export const DELIMITERS = [',', ';', '\t', '|'] as const;
export type Delimiter = (typeof DELIMITERS)[number];

/** Windows, Unix and old Mac line ends, mixed ones too. */
export const LINE_ENDS = ['\r\n', '\n', '\r'];

export interface Header {
  delimiter: Delimiter;
  /** How many cells each row must have. */
  cells: number;
  columns: Record<RequiredColumn, number>;
  /** Template variables by their name in lower case: the further columns, and the address. */
  variables: ReadonlyMap<string, number>;
  warnings: string[];
}

/**
 * Finds the delimiter and the columns from the beginning of a file.
 * Throws InvalidCsv when a required column is missing or a name stands twice.
 */
export function readHeader(head: string): Header {
  const candidates = DELIMITERS.map((delimiter) => ({ delimiter, names: firstRecord(head, delimiter) }));
  const [best] = candidates.sort(
    (a, b) => requiredIn(b.names) - requiredIn(a.names) || b.names.length - a.names.length,
  );
  if (!best || best.names.every((name) => name === '')) throw new PregonError('InvalidCsv', 'The file has no header.');
  return headerOf(best.names, best.delimiter);
}

/** The names of the first record, trimmed, in lower case; none where it is no record under this delimiter. */
function firstRecord(head: string, delimiter: Delimiter): string[] {
  try {
    const [record = []] = parse(head.trimStart(), {
      delimiter,
      record_delimiter: LINE_ENDS,
      to: 1,
      relax_column_count: true,
    }) as string[][];
    return record.map((name) => name.trim().toLowerCase());
  } catch {
    // A quote that makes no sense under this delimiter may make sense under the next.
    return [];
  }
}

const requiredIn = (names: readonly string[]) => REQUIRED_COLUMNS.filter((name) => names.includes(name)).length;

function headerOf(names: readonly string[], delimiter: Delimiter): Header {
  const missing = REQUIRED_COLUMNS.filter((name) => !names.includes(name));
  if (missing.length) {
    const found = names.filter(Boolean).map((name) => `"${name.slice(0, 40)}"`);
    throw new PregonError(
      'InvalidCsv',
      `The header lacks ${missing.map((name) => `the column "${name}"`).join(' and ')}. ` +
        `It must name email, subject and content, in any order; it has ${found.slice(0, 20).join(', ') || 'no names'}.`,
      { missingColumns: missing, line: 1 },
    );
  }
  const repeated = names.find((name, index) => name !== '' && names.indexOf(name) !== index);
  if (repeated) throw new PregonError('InvalidCsv', `The header names the column "${repeated}" twice.`, { line: 1 });

  const at = (name: RequiredColumn) => names.indexOf(name);
  const columns = { email: at('email'), subject: at('subject'), content: at('content') };
  const variables = new Map(
    names.flatMap((name, index) => (name === '' || name === 'subject' || name === 'content' ? [] : [[name, index]])),
  );
  const unnamed = names.filter((name) => name === '').length;
  const warnings = unnamed ? [`${unnamed} column(s) without a name in the header are ignored.`] : [];
  return { delimiter, cells: names.length, columns, variables, warnings };
}
