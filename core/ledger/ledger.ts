import { SharedUpdates } from '../dynamodb/shared-updates.ts';
import type { DynamoTable } from '../dynamodb/table.ts';
import { visitErrors } from './breakdown.ts';
import { countByStatus } from './counts.ts';
import { confirm } from './evidence.ts';
import { keepEvidence, recordFeedback } from './feedback.ts';
import { accept, markForgotten, requeue, resend } from './requeue.ts';
import { readContents, rowsOfBatch, scanBatch } from './scan.ts';
import {
  claim,
  expire,
  getRow,
  getRows,
  type LedgerTable,
  recordError,
  recordFailedTry,
  recordSent,
  release,
} from './transitions.ts';

/** A process that dies leaves unconfirmed what it sent within this time. Outcomes that come within it share a call. */
const RECORD_WITHIN_MS = 100;

/** Nobody waits for a row that a redrive moves back, and a table may take fewer writes than there are. */
const MOVE_FOR_MS = 60_000;

/** Writes the outcomes that wait for others to share their call. */
const flush = ({ outcomes }: LedgerTable): void => outcomes.flush();

const operations = {
  // What happens to one row: every change is one conditional write.
  claim,
  release,
  recordSent,
  recordError,
  recordFailedTry,
  expire,
  flush,
  requeue,
  resend,
  accept,
  markForgotten,
  // What was heard of the email after it was sent.
  recordFeedback,
  keepEvidence,
  confirm,
  // Reading.
  getRow,
  getRows,
  contents: readContents,
  rowsOfBatch,
  scanBatch,
  countByStatus,
  visitErrors,
};

type OnTable<Operations> = {
  [Name in keyof Operations]: Operations[Name] extends (table: LedgerTable, ...rest: infer Rest) => infer Result
    ? (...rest: Rest) => Result
    : never;
};

/** What happened to each recipient. Each member is the function of that name without its table. */
export interface Ledger extends OnTable<typeof operations> {}

/** The ledger in a table with the indexes `byStatus` and `byAddress`. */
export function createLedger(table: DynamoTable): Ledger {
  const ledgerTable: LedgerTable = {
    ...table,
    claims: new SharedUpdates(table, { gatherMs: 0 }),
    outcomes: new SharedUpdates(table, { gatherMs: RECORD_WITHIN_MS }),
    feedback: new SharedUpdates(table, { gatherMs: 0 }),
    moves: new SharedUpdates(table, { gatherMs: 0, repeatForMs: MOVE_FOR_MS }),
  };
  return Object.fromEntries(
    Object.entries<(table: LedgerTable, ...rest: never[]) => unknown>(operations).map(([name, operation]) => [
      name,
      (...rest: never[]) => operation(ledgerTable, ...rest),
    ]),
  ) as unknown as Ledger;
}
