import { parseArn } from '../api/arn.ts';
import { describeExecution, historyAfter, listExecutions } from '../api/states.ts';
import type { ExecutionItem } from '../api/types.ts';
import { mapRunStarts } from '../map-runs/starts.ts';
import { childRowsOf } from './childRows.ts';

/** The Map whose children send the rows. */
const ROWS_MAP = 'SendRows';
/** Pages of 1,000 children that are read. */
const PAGES = 100;
/** Children start in the order of their rows, but those that start in the same moment are listed in any order. */
const NEAR = 12;

/**
 * The ARN of the child execution that sends a row of a campaign, from the newest Map Run that has it. Children have random names, so they
 * are searched by halving: some ten of them are described. Undefined when none has the row.
 */
export async function findChild(executionArn: string, row: number, signal: AbortSignal): Promise<string | undefined> {
  const runs = [...mapRunStarts(await historyAfter(executionArn, 0, signal)).keys()];
  for (const mapRunArn of runs.filter((arn) => parseArn(arn).label === ROWS_MAP)) {
    const children = await childrenOf(mapRunArn, signal);
    const found = await searchRow(children, row, async ({ executionArn: arn }) => {
      const { input } = await describeExecution(arn, signal);
      return childRowsOf(input)?.rows ?? [];
    });
    if (found !== undefined) return found.executionArn;
  }
  return undefined;
}

/** Searches a row in children that are roughly in the order of their rows. `rowsOf` answers a child's rows, ascending. */
export async function searchRow<T>(
  children: readonly T[],
  row: number,
  rowsOf: (child: T) => Promise<readonly number[]>,
): Promise<T | undefined> {
  let [low, high] = [0, children.length - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const child = children[middle];
    const rows = child === undefined ? [] : await rowsOf(child);
    if (rows.includes(row)) return child;
    if ((rows.at(-1) ?? 0) < row) low = middle + 1;
    else high = middle;
  }
  for (let step = 0; step <= NEAR; step += 1) {
    for (const index of step === 0 ? [low] : [low - step, low + step]) {
      const child = children[index];
      if (child !== undefined && (await rowsOf(child)).includes(row)) return child;
    }
  }
  return undefined;
}

/** The children of a Map Run in the order in which they started. */
async function childrenOf(mapRunArn: string, signal: AbortSignal): Promise<readonly ExecutionItem[]> {
  const items: ExecutionItem[] = [];
  let token: string | undefined;
  for (let count = 0; count < PAGES; count += 1) {
    const page = await listExecutions({ mapRunArn }, {}, { size: 1000, token }, signal);
    items.push(...page.items);
    token = page.nextToken;
    if (token === undefined) break;
  }
  return items.reverse().sort((a, b) => a.startDate - b.startDate);
}
