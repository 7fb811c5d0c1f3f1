import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { systemClock } from '../../core/clock.ts';
import { rowsOfBatch } from '../../core/ledger/scan.ts';
import type { LedgerRow } from '../../core/ledger/send.ts';
import type { Outputs } from '../../dev/outputs.ts';
import { isRejected } from './rows.ts';

export interface Mail {
  to: string;
  sendId?: string;
  messageId: string;
}

/** The result of comparing the mailbox with the ledger, row by row. */
export interface Audit {
  sent: number;
  errors: number;
  /** Rows in ERROR that may or may not have been sent. They are counted in `errors` too. */
  unconfirmed: number;
  /** Unconfirmed rows with a mail: no event of SES has settled them. */
  unsettled: number;
  /** Mails of a row beyond the first. */
  duplicates: number;
  /** Rows that are SENT without a mail, still PENDING or QUEUED, missing in the ledger, or in ERROR though a redrive could send them. */
  lost: number;
  /** Differences between ledger and mailbox, in words. */
  contradictions: string[];
}

/** The campaign, and how often its stack was killed. */
export interface AuditedCampaign {
  batchId: string;
  rows: number;
  kills: number;
  /** Emails per second. */
  rate: number;
}

/**
 * The most emails that one kill can leave unconfirmed, in seconds of the rate: 0.1 s that are claimed before their slots, 0.6 s in SES while
 * it is slow, 0.1 s until they are recorded, and a margin for a busy machine. Usually it is 0.3 s, and events of SES settle most of them.
 */
const HELD_AT_KILL_SECONDS = 1;
/** The time for one page of the mailbox, on a busy machine too. */
const PAGE_LIMIT_MS = 60_000;

/** Compares every row of the campaign with every mail that was accepted for it. */
export async function audit(outputs: Outputs, campaign: AuditedCampaign): Promise<Audit> {
  const { batchId } = campaign;
  return compare(campaign, ledgerRows(outputs, batchId), await mailbox(outputs, batchId));
}

/** Compares the rows of a ledger with the mails of a mailbox. */
export async function compare(
  { batchId, rows, kills, rate }: AuditedCampaign,
  ledger: AsyncIterable<LedgerRow> | Iterable<LedgerRow>,
  mailbox: readonly Mail[],
): Promise<Audit> {
  const mails = Map.groupBy(mailbox, ({ sendId }) => sendId ?? '');
  const result: Audit = {
    sent: 0,
    errors: 0,
    unconfirmed: 0,
    unsettled: 0,
    duplicates: 0,
    lost: 0,
    contradictions: [],
  };
  const say = (row: LedgerRow | number, what: string) =>
    result.contradictions.push(`row ${typeof row === 'number' ? row : row.rowNumber}: ${what}`);
  const known = new Set<string>();

  for await (const row of ledger) {
    known.add(row.sendId);
    const own = mails.get(row.sendId) ?? [];
    result.duplicates += Math.max(0, own.length - 1);
    if (own.length > 1) say(row, `${own.length} mails, and it is ${row.status} ${row.error?.code ?? ''}`.trim());
    if (own.some(({ to }) => to !== row.email)) say(row, 'its mail went to another address');
    if (row.lease) say(row, `a lease was left, and it is ${row.status}`);
    if (row.status === 'SENT') {
      result.sent += 1;
      if (own.length === 0) {
        result.lost += 1;
        say(row, 'SENT without a mail');
      } else if (!own.some(({ messageId }) => messageId === row.messageId)) {
        say(row, `SENT as ${row.messageId}, which is not its mail`);
      }
    } else if (row.status === 'ERROR') {
      result.errors += 1;
      const unconfirmed = row.error?.class === 'unconfirmed';
      result.unconfirmed += unconfirmed ? 1 : 0;
      result.unsettled += unconfirmed && own.length > 0 ? 1 : 0;
      if (row.error?.retryable) {
        result.lost += 1;
        say(row, `left in ERROR ${row.error.code}, which a redrive could send`);
      } else if (!unconfirmed && !isRejected(row.email)) {
        say(row, `in ERROR ${row.error?.code} for good, though nobody rejects its address`);
      }
      if (!unconfirmed && own.length > 0) say(row, `a mail, and it is ERROR ${row.error?.code}`);
    } else {
      result.lost += 1;
      say(row, `left ${row.status}${own.length > 0 ? ' with a mail' : ''}`);
    }
  }

  const explained = kills * Math.ceil(rate * HELD_AT_KILL_SECONDS);
  if (result.unconfirmed > explained) {
    result.contradictions.push(`${result.unconfirmed} rows unconfirmed: ${kills} kills explain ${explained}`);
  }
  for (let row = 1; row <= rows; row += 1) {
    if (known.has(`${batchId}-${row}`)) continue;
    result.lost += 1;
    say(row, 'not in the ledger');
  }
  for (const [sendId, own] of mails) {
    if (!known.has(sendId))
      result.contradictions.push(`${own.length} mails of ${sendId || 'nobody'}: not in the ledger`);
  }
  return result;
}

const ANY_CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

async function* ledgerRows({ awsEndpoint, region, sendsTable }: Outputs, batchId: string): AsyncGenerator<LedgerRow> {
  const low = new DynamoDBClient({ endpoint: awsEndpoint, region, credentials: ANY_CREDENTIALS });
  const table = { client: DynamoDBDocumentClient.from(low), tableName: sendsTable, clock: systemClock };
  try {
    yield* rowsOfBatch(table, batchId);
  } finally {
    low.destroy();
  }
}

async function mailbox({ awsEndpoint }: Outputs, batchId: string): Promise<Mail[]> {
  const mails: Mail[] = [];
  for (let after = ''; ; ) {
    const url = `${awsEndpoint}/_local/mailbox?batchId=${batchId}&limit=1000&after=${after}`;
    const response = await fetch(url, { signal: AbortSignal.timeout(PAGE_LIMIT_MS) });
    const page = (await response.json()) as { messages: Mail[]; next?: string };
    mails.push(...page.messages);
    if (page.next === undefined) return mails;
    after = page.next;
  }
}
