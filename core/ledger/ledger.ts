import type { DynamoTable } from '../dynamodb/table.ts';
import { readContents } from './contents.ts';
import { addProgress, countByStatus, readProgress, setProgress } from './counts.ts';
import { accept, markForgotten, type Requeue, requeue } from './requeue.ts';
import { type RowState, rowsOfBatch, scanBatch } from './scan.ts';
import type { Lease, LedgerRow, SendError, SendStatus } from './send.ts';
import {
  type Claim,
  type ClaimOptions,
  claim,
  expire,
  getRow,
  type RowId,
  recordError,
  recordSent,
  release,
} from './transitions.ts';

/** What happened to each recipient: one table, every change conditional. See the functions of the same names. */
export interface Ledger {
  claim(id: RowId, lease: Lease, options?: ClaimOptions): Promise<Claim>;
  release(id: RowId, leaseId: string, options: { countAttempt: boolean }): Promise<boolean>;
  recordSent(row: LedgerRow, leaseId: string, accepted: { provider: string; messageId: string }): Promise<boolean>;
  recordError(row: LedgerRow, leaseId: string, error: SendError): Promise<boolean>;
  expire(id: RowId, lease: Lease): Promise<LedgerRow | undefined>;
  requeue(id: RowId, how: Requeue): Promise<void>;
  accept(id: RowId): Promise<void>;
  markForgotten(id: RowId): Promise<boolean>;

  getRow(id: RowId): Promise<LedgerRow | undefined>;
  contents(ids: readonly RowId[]): Promise<Map<string, string>>;
  rowsOfBatch(batchId: string): AsyncGenerator<LedgerRow>;
  scanBatch(batchId: string, visit: (row: RowState) => void): Promise<void>;

  countByStatus(
    batch: { batchId: string; createdAt: string },
    status: SendStatus,
  ): Promise<{ total: number; unconfirmed: number }>;
  addProgress(batchId: string, sent: number): Promise<void>;
  readProgress(batchId: string): Promise<number>;
  setProgress(batchId: string, sent: number): Promise<void>;
}

/** The ledger in a DynamoDB table with the indexes `byStatus` and `byAddress`. */
export function createLedger(table: DynamoTable): Ledger {
  return {
    claim: (id, lease, options) => claim(table, id, lease, options),
    release: (id, leaseId, how) => release(table, id, leaseId, how),
    recordSent: (row, leaseId, accepted) => recordSent(table, row, leaseId, accepted),
    recordError: (row, leaseId, error) => recordError(table, row, leaseId, error),
    expire: (id, lease) => expire(table, id, lease),
    requeue: (id, how) => requeue(table, id, how),
    accept: (id) => accept(table, id),
    markForgotten: (id) => markForgotten(table, id),

    getRow: (id) => getRow(table, id),
    contents: (ids) => readContents(table, ids),
    rowsOfBatch: (batchId) => rowsOfBatch(table, batchId),
    scanBatch: (batchId, visit) => scanBatch(table, batchId, visit),

    countByStatus: (batch, status) => countByStatus(table, batch, status),
    addProgress: (batchId, sent) => addProgress(table, batchId, sent),
    readProgress: (batchId) => readProgress(table, batchId),
    setProgress: (batchId, sent) => setProgress(table, batchId, sent),
  };
}
