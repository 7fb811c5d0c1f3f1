import { PregonError } from '../errors.ts';
import { nameOf, trimCell } from './cell.ts';
import { headerHint } from './header-hints.ts';
import { REQUIRED_COLUMNS, type RequiredColumn } from './limits.ts';
import { reasonIndexOf, restoredHeader } from './report-cells.ts';
import { type Templates, UNSUBSCRIBE_VARIABLE } from './template.ts';
import { firstRecords } from './tokenize.ts';

const DELIMITERS = [',', ';', '\t', '|'] as const;

export interface Header {
  /** How many cells it has: a row may have more, if nothing is in them. */
  cells: number;
  columns: Record<RequiredColumn, number>;
  /** Of all rows, in place of columns. */
  templates: Templates;
  /** Template variables by their name: the further columns, and the address. */
  variables: ReadonlyMap<string, number>;
  /** The column of the reasons, where the file may be a failed.csv; -1 otherwise. */
  reason: number;
  warnings: string[];
}

/**
 * Finds the delimiter from the beginning of a file: the one that Excel's line `sep=;` says, or the one that makes a header of it.
 * A line `sep=;,,` was saved again with another delimiter. Then the header decides between the two.
 */
export function findDelimiter(head: Buffer): string {
  const [, named, rest = ''] = SEPARATOR_LINE.exec(head.toString('utf8', 0, MAX_SEPARATOR_LINE)) ?? [];
  const said = named === '\\t' ? '\t' : named;
  const candidates = said === undefined ? DELIMITERS : [said, ...DELIMITERS.filter((other) => rest.includes(other))];
  const [best] = candidates
    .map((delimiter) => {
      const records = firstRecords(head, delimiter, 2);
      const names = (records.find((record) => !isSeparatorLine(record)) ?? []).map(nameOf);
      return { delimiter, required: requiredIn(names), cells: names.length };
    })
    .sort((a, b) => b.required - a.required || b.cells - a.cells);
  return best?.delimiter ?? DELIMITERS[0];
}

/** The delimiter may be white space itself, so what is before it gives some back. Some programs write a tab as `\t`. */
const SEPARATOR_LINE = /^[\s\ufeff]*"?sep[^\S\r\n]*=[^\S\r\n]*(\\t|[^\r\n"])([^\r\n]*)/iu;
const MAX_SEPARATOR_LINE = 256;

/** Says whether a record is Excel's line `sep=;`, whatever it was split by. */
export function isSeparatorLine(record: readonly string[]): boolean {
  const text = record.join('');
  return text.length <= MAX_SEPARATOR_LINE && /^sep\s*=\s*(?:\\t|.)?[,;|\s]*$/iu.test(text);
}

/** The line of the header, from 1: blank lines, lines of empty cells and Excel's `sep=;` may stand before it. */
export function headerLine(head: Buffer): number {
  const lines = head.toString('utf8').split(/\r\n|[\r\n]/);
  const isHeader = (line: string) => {
    const text = line.replaceAll('"', '');
    return text.split(/[,;\t|]/).some((cell) => trimCell(cell) !== '') && !isSeparatorLine([text]);
  };
  return Math.max(0, lines.findIndex(isHeader)) + 1;
}

const requiredIn = (names: readonly string[]) => REQUIRED_COLUMNS.filter((name) => names.includes(name)).length;

/**
 * Reads a header from its record. Throws InvalidCsv, without its line, when a required column is missing or a name stands twice; the
 * records `below` it may tell why.
 */
export function readHeader(
  record: readonly string[],
  templates: Templates = {},
  below: readonly (readonly string[])[] = [],
): Header {
  const names = restoredHeader(record).map(nameOf);
  const needed = REQUIRED_COLUMNS.filter((name) => name === 'email' || templates[name] === undefined);
  const missing = needed.filter((name) => !names.includes(name));
  if (missing.length) {
    const hint = headerHint(record, missing, below);
    const found = names.filter(Boolean).map((name) => `"${shown(name)}"`);
    throw new PregonError(
      'InvalidCsv',
      `The header lacks ${missing.map((name) => `the column "${name}"`).join(' and ')}. ` +
        `It must name ${list(needed)}, in any order; it has ${found.slice(0, 20).join(', ') || 'no names'}.${hint === undefined ? '' : ` ${hint}`}`,
      { missingColumns: missing },
    );
  }
  const repeated = names.find((name, index) => name !== '' && names.indexOf(name) !== index);
  if (repeated) throw new PregonError('InvalidCsv', `The header names the column "${shown(repeated)}" twice.`);

  const at = (name: RequiredColumn) => names.indexOf(name);
  const columns = { email: at('email'), subject: at('subject'), content: at('content') };
  const isVariable = (name: string) =>
    name === 'email' || (name !== UNSUBSCRIBE_VARIABLE && !needed.some((column) => column === name));
  const variables = new Map(names.flatMap((name, index) => (name !== '' && isVariable(name) ? [[name, index]] : [])));
  const unnamed = names.filter((name) => name === '').length;
  const unused = REQUIRED_COLUMNS.filter((name) => !needed.includes(name) && names.includes(name));
  const warnings = [
    ...(unnamed ? [`${unnamed} column(s) without a name in the header are ignored.`] : []),
    ...unused.map((name) => `The column "${name}" is not used: the field ${name} is the template of all rows.`),
    ...(names.includes(UNSUBSCRIBE_VARIABLE)
      ? [`The column "${UNSUBSCRIBE_VARIABLE}" is ignored: {{${UNSUBSCRIBE_VARIABLE}}} is the link of this product.`]
      : []),
  ];
  return { cells: names.length, columns, templates, variables, reason: reasonIndexOf(record), warnings };
}

/** `a`, `a and b`, `a, b and c` */
const list = (names: readonly string[]) => names.join(', ').replace(/, ([^,]*)$/, ' and $1');

/** A name for an error: cut, and with what does not show in it escaped. */
const shown = (name: string) =>
  name
    .slice(0, 40)
    .toWellFormed()
    .replace(/[\p{C}\u2800]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
