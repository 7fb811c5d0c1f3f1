import { getRows } from '../api/sends.ts';
import { describeExecution } from '../api/states.ts';
import type { ExecutionItem } from '../api/types.ts';
import { useLive } from '../live/useLive.ts';
import { type ChildRows, childRowsOf, nameOfChild } from './childRows.ts';

/** DescribeExecution has a quota of 15 calls a second for the account, above a burst of 300. */
const AT_ONCE = 10;
/** Names of children that have been seen, by ARN. The rows of a child never change. */
const known = new Map<string, string>();
const MAX_KNOWN = 5000;
const ONCE_MS = 3_600_000;

/** Names of the children of a Map Run by their rows and addresses, as far as they are known by now. */
export function useChildNames(items: readonly ExecutionItem[] | undefined): ReadonlyMap<string, string> {
  const missing = (items ?? []).map(({ executionArn }) => executionArn).filter(isUnknown);
  // When these are known, the next ones are the key. While they cannot be read, the names of Step Functions are shown.
  const key = missing.slice(0, AT_ONCE).join(' ');
  useLive(key === '' ? undefined : key, (signal) => learn(key.split(' '), signal), ONCE_MS);
  return known;
}

/** Express children cannot be described. */
const isUnknown = (arn: string) => !known.has(arn) && !arn.includes(':express:');

async function learn(arns: readonly string[], signal: AbortSignal): Promise<void> {
  const described = await Promise.all(arns.map((arn) => describeExecution(arn, signal)));
  const children = described.map(({ input }) => childRowsOf(input));
  const addresses = await addressesOf(children, signal);
  if (known.size > MAX_KNOWN) known.clear();
  for (const [index, arn] of arns.entries()) {
    const child = children[index];
    known.set(arn, child === undefined ? '' : nameOfChild(child.rows, addresses.get(idOf(child))));
  }
}

/** The address of each child's first row. */
async function addressesOf(children: readonly (ChildRows | undefined)[], signal: AbortSignal) {
  const addresses = new Map<string, string>();
  for (const batchId of new Set(children.map((child) => child?.batchId))) {
    if (batchId === undefined) continue;
    const firsts = children.flatMap((child) => (child?.batchId === batchId ? child.rows.slice(0, 1) : []));
    for (const { rowNumber, email } of (await getRows(batchId, firsts, signal)).values()) {
      addresses.set(`${batchId}-${rowNumber}`, email);
    }
  }
  return addresses;
}

const idOf = ({ batchId, rows }: ChildRows) => `${batchId}-${rows[0]}`;
