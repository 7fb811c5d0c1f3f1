import type { DynamoTable } from '../dynamodb/table.ts';
import { addProgress, countByStatus, readProgress, setProgress } from './counts.ts';
import { accept, markForgotten, requeue } from './requeue.ts';
import { readContents, rowsOfBatch, scanBatch } from './scan.ts';
import { claim, expire, getRow, recordError, recordSent, release } from './transitions.ts';

const operations = {
  // What happens to one row: every change is one conditional write.
  claim,
  release,
  recordSent,
  recordError,
  expire,
  requeue,
  accept,
  markForgotten,
  // Reading.
  getRow,
  contents: readContents,
  rowsOfBatch,
  scanBatch,
  countByStatus,
  // The counter of a running batch.
  addProgress,
  readProgress,
  setProgress,
};

type OnTable<Operations> = {
  [Name in keyof Operations]: Operations[Name] extends (table: DynamoTable, ...rest: infer Rest) => infer Result
    ? (...rest: Rest) => Result
    : never;
};

/** What happened to each recipient. Each member is the function of that name without its table. */
export interface Ledger extends OnTable<typeof operations> {}

/** The ledger in a table with the indexes `byStatus` and `byAddress`. */
export const createLedger = (table: DynamoTable): Ledger =>
  Object.fromEntries(
    Object.entries<(table: DynamoTable, ...rest: never[]) => unknown>(operations).map(([name, operation]) => [
      name,
      (...rest: never[]) => operation(table, ...rest),
    ]),
  ) as Ledger;
