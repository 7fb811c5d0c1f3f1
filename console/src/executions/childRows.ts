import { formatCount } from '../format/number.ts';
import { parseObject } from '../format/text.ts';
import { later } from '../i18n/later.ts';

const texts = later.executions.child;

/** The rows of a campaign that a child execution sends. */
export interface ChildRows {
  readonly batchId: string;
  /** Ascending. */
  readonly rows: readonly number[];
}

/** More ranges than this are not written out. */
const SHOWN_RANGES = 3;

/**
 * Reads the input of a child of SendRows: `{BatchInput: {batchId}, Items: [{row}]}`, or `{batchId, rowNumber}` of an earlier release. Undefined
 * for every other input.
 */
export function childRowsOf(input: string | undefined): ChildRows | undefined {
  const { BatchInput, Items, ...single } = parseObject(input);
  const { batchId } = (BatchInput ?? single) as { batchId?: unknown };
  if (typeof batchId !== 'string') return undefined;
  const given = Array.isArray(Items)
    ? Items.map((each) => Number((each as { row?: unknown } | null)?.row))
    : [Number(single.rowNumber)];
  const numbers = given.filter((row) => Number.isInteger(row) && row > 0).sort((a, b) => a - b);
  return numbers.length === 0 ? undefined : { batchId, rows: numbers };
}

/** `Row 5`, `Rows 26–50`, `Rows 3, 7, 9–12`; of many ranges the first three, and how many rows there are. */
export function describeRows(rows: readonly number[]): string {
  if (rows.length === 1) return texts.row(formatCount(rows[0] ?? 0));
  const ranges = rangesOf(rows);
  const shown = ranges
    .slice(0, SHOWN_RANGES)
    .map(([from, to]) => (from === to ? formatCount(from) : `${formatCount(from)}–${formatCount(to)}`));
  const more = ranges.length > SHOWN_RANGES ? ` … (${rows.length})` : '';
  return texts.rows(`${shown.join(', ')}${more}`);
}

/** `Row 5 · ana@example.com`, `Rows 26–50 · ana@example.com and 24 more`. */
export function nameOfChild(rows: readonly number[], firstAddress: string | undefined): string {
  if (firstAddress === undefined) return describeRows(rows);
  const name = `${describeRows(rows)} · ${firstAddress}`;
  return rows.length > 1 ? texts.andMore(name, formatCount(rows.length - 1)) : name;
}

function rangesOf(rows: readonly number[]): readonly (readonly [number, number])[] {
  const ranges: [number, number][] = [];
  for (const row of rows) {
    const last = ranges.at(-1);
    if (last !== undefined && row === last[1] + 1) last[1] = row;
    else ranges.push([row, row]);
  }
  return ranges;
}
