import type { Item } from '../dynamodb/table.ts';
import { newStateItem, toRow } from '../ledger/item.ts';
import type { ChannelName, LedgerRow } from '../ledger/send.ts';

export interface EmailParty {
  email: string;
  name?: string | undefined;
}

/** What a caller asks to send. */
export interface EmailRequest {
  from: EmailParty;
  /** Row n is for the destination at n - 1. */
  destinations: EmailParty[];
  subject: string;
  plainContent: string;
  htmlContent?: string | undefined;
}

/** Keeps each address once. Addresses that differ in case only are one mailbox, and the first spelling is kept. */
export function eachOnce(destinations: readonly EmailParty[]): EmailParty[] {
  const byAddress = new Map<string, EmailParty>();
  for (const destination of destinations) {
    const address = destination.email.toLowerCase();
    if (!byAddress.has(address)) byAddress.set(address, destination);
  }
  return [...byAddress.values()];
}

/** An accepted request. It is accepted as soon as this record is written; its rows and messages are made from the record. */
export interface EmailBatch extends EmailRequest {
  batchId: string;
  channel: ChannelName;
  createdAt: string;
  /** How often it was swept. */
  sweepCount: number;
}

/** A provider's answer to one attempt that failed. */
export interface EmailTry {
  provider: string;
  class: 'recipient' | 'transient' | 'account';
  answer: string;
  at: string;
}

/** A row of the ledger with what decides about failover. */
export interface EmailRow extends LedgerRow {
  /** Failed attempts since the row was last queued. They decide which provider is next. */
  tries: EmailTry[];
  /** Failed attempts in all. */
  retries: number;
  /** How often the sweep queued it again. */
  sweeps: number;
  /** When it was accepted or last queued again by the sweep. */
  queuedAt: string;
}

export const batchKey = (batchId: string) => ({ pk: `EMAIL#${batchId}`, sk: 'EMAIL' });

/** `statusKey` of batches with rows that have not ended; their `createdKey` is when the sweep is due. */
export const OPEN_BATCHES = 'EMAIL_OPEN';

/** The first state item of a destination; it expires at that time, in seconds since the epoch. */
export function firstItem(batch: EmailBatch, rowNumber: number, email: string, expiresAt: number): Item {
  const { batchId, channel, subject, createdAt } = batch;
  return {
    ...newStateItem({ batchId, rowNumber, email, subject, status: 'QUEUED', channel, createdAt, expiresAt }),
    tries: [],
    retries: 0,
    sweeps: 0,
    queuedAt: createdAt,
  };
}

export const toEmailRow = (item: Item): EmailRow => ({
  ...toRow(item),
  tries: (item.tries as EmailTry[] | undefined) ?? [],
  retries: Number(item.retries ?? 0),
  sweeps: Number(item.sweeps ?? 0),
  queuedAt: String(item.queuedAt ?? item.createdAt),
});

/** Every row of a batch, including those that are not written yet. */
export function rowsOf(batch: EmailBatch, written: ReadonlyMap<number, EmailRow>): EmailRow[] {
  return batch.destinations.map(
    ({ email }, index) => written.get(index + 1) ?? toEmailRow(firstItem(batch, index + 1, email, 0)),
  );
}
