import type { Item } from '../dynamodb/table.ts';
import { newStateItem, toRow } from '../ledger/item.ts';
import type { ChannelName, LedgerRow } from '../ledger/send.ts';

export interface EmailParty {
  email: string;
  name?: string | undefined;
}

/** What a caller asks to have sent. */
export interface EmailRequest {
  from: EmailParty;
  /** Row n is for the destination at n - 1. */
  destinations: EmailParty[];
  subject: string;
  plainContent: string;
  htmlContent?: string | undefined;
}

/** Addresses that differ in case only are one mailbox: the first spelling stays. */
export function eachOnce(destinations: readonly EmailParty[]): EmailParty[] {
  const byAddress = new Map<string, EmailParty>();
  for (const destination of destinations) {
    const address = destination.email.toLowerCase();
    if (!byAddress.has(address)) byAddress.set(address, destination);
  }
  return [...byAddress.values()];
}

/** One accepted request. Its record is written first and alone makes it accepted: rows and messages follow from it. */
export interface EmailBatch extends EmailRequest {
  batchId: string;
  channel: ChannelName;
  createdAt: string;
  /** How often the sweep looked at it. */
  sweepCount: number;
}

/** A provider's answer to one attempt that failed. */
export interface EmailTry {
  provider: string;
  class: 'recipient' | 'transient' | 'account';
  answer: string;
  at: string;
}

/** A row of the ledger with what failover needs to know. */
export interface EmailRow extends LedgerRow {
  /** Failed attempts since the row was last queued: they decide who is next. */
  tries: EmailTry[];
  /** Failed attempts in all. */
  retries: number;
  /** How often the sweep took it up again. */
  sweeps: number;
  /** When it was accepted or last taken up by the sweep. */
  queuedAt: string;
}

export const batchKey = (batchId: string) => ({ pk: `EMAIL#${batchId}`, sk: 'EMAIL' });

/** Batches with rows that have not ended, in the status index, by the time at which the sweep shall look at them. */
export const OPEN_BATCHES = 'EMAIL_OPEN';
export const dueKey = (dueAt: number, batchId: string) => `${new Date(dueAt).toISOString()}#${batchId}`;

/** A batch as an item has it: what is not there has no attribute. */
export function fromBatch({ htmlContent, from, destinations, ...rest }: EmailBatch): Item {
  const party = ({ email, name }: EmailParty) => (name === undefined ? { email } : { email, name });
  return {
    ...rest,
    from: party(from),
    destinations: destinations.map(party),
    ...(htmlContent === undefined ? {} : { htmlContent }),
  };
}

export const toBatch = (item: Item): EmailBatch => ({
  batchId: String(item.batchId),
  channel: item.channel as ChannelName,
  from: item.from as EmailParty,
  destinations: item.destinations as EmailParty[],
  subject: String(item.subject),
  plainContent: String(item.plainContent),
  ...(typeof item.htmlContent === 'string' ? { htmlContent: item.htmlContent } : {}),
  createdAt: String(item.createdAt),
  sweepCount: Number(item.sweepCount ?? 0),
});

/** The state item of a destination as it is when the batch is accepted. */
export function firstItem(batch: EmailBatch, rowNumber: number, email: string): Item {
  const { batchId, channel, subject, createdAt } = batch;
  return {
    ...newStateItem({ batchId, rowNumber, email, subject, status: 'QUEUED', channel, createdAt }),
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

/** Every row of a batch, those that are not written yet as they will be. */
export function rowsOf(batch: EmailBatch, written: ReadonlyMap<number, EmailRow>): EmailRow[] {
  return batch.destinations.map(
    ({ email }, index) => written.get(index + 1) ?? toEmailRow(firstItem(batch, index + 1, email)),
  );
}
