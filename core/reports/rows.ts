import { type CampaignRecord, hasEnded } from '../campaigns/campaign.ts';
import { objectKeysOf, sendRowsKeyOf } from '../campaigns/identity.ts';
import { decodeCsv } from '../csv/encoding.ts';
import { findDelimiter, isSeparatorLine } from '../csv/header.ts';
import { encodingOf, inspectCsv } from '../csv/inspect.ts';
import { headOf } from '../csv/read.ts';
import { NOT_SENT, reasonColumnOf, restoredHeader, restoredRow } from '../csv/report-cells.ts';
import { failedWriter, sendsWriter } from '../csv/reports.ts';
import type { CsvSource } from '../csv/source.ts';
import { oneByOne, tokenize } from '../csv/tokenize.ts';
import { written } from '../csv/writer.ts';
import type { DynamoTable } from '../dynamodb/table.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { rowsInStatus } from '../ledger/list-rows.ts';
import { ERASED_EMAIL, type Send, type SendStatus } from '../ledger/send.ts';
import type { Report } from './report.ts';

export interface ReportRowsDeps {
  sends: DynamoTable;
  ledger: Pick<Ledger, 'rowsOfBatch'>;
  /** Opens an object of the campaign. */
  source(key: string): Promise<CsvSource>;
}

/** The bytes of a report. Memory does not grow with the campaign. */
export async function* reportBytes(
  deps: ReportRowsDeps,
  record: CampaignRecord,
  report: Report,
): AsyncGenerator<Buffer> {
  const filled =
    report.kind === 'sends' ? sendsReport(deps, record, report.statuses) : await failedReport(deps, record);
  yield* filled;
}

function sendsReport({ sends, ledger }: ReportRowsDeps, record: CampaignRecord, statuses?: readonly SendStatus[]) {
  const rows = statuses ? rowsInStatus(sends, record, statuses) : ledger.rowsOfBatch(record.batchId);
  return written(sendsWriter(), rows);
}

/**
 * The rows that were not sent, as they stand in the campaign's file, with the reason in a last column. Suppressed rows are left out, because they
 * shall not be sent, and unconfirmed ones, because they may have been. Of rows that were erased nothing is left to send.
 */
async function failedReport(deps: ReportRowsDeps, record: CampaignRecord): Promise<AsyncIterable<Buffer>> {
  const source = await deps.source(objectKeysOf(record.batchId, record.uploadId).source);
  const encoding = encodingOf(await inspectCsv(source, { encoding: record.encoding }));
  const decoded = () => decodeCsv(source, encoding);
  const delimiter = findDelimiter(await headOf(decoded()));
  const records = oneByOne(tokenize(decoded, delimiter));
  let header: readonly string[] = [];
  for (;;) {
    const next = await records.next();
    if (next.done) break;
    header = next.value;
    if (!isSeparatorLine(header)) break;
  }
  const first = await records.next();
  const { index, name } = reasonColumnOf(header, first.value ?? []);
  const withReason = (cells: readonly string[], reason: string) =>
    Array.from({ length: Math.max(header.length, index + 1) }, (_, n) => (n === index ? reason : (cells[n] ?? '')));
  const writer = failedWriter(withReason(restoredHeader(header), name), delimiter);
  const rowOf = (cells: readonly string[], reason: string) => withReason(restoredRow(cells, index), reason);
  return written(writer, failedRows(deps, record, startingWith(first, records), rowOf));
}

async function* startingWith<T>(first: IteratorResult<T, undefined>, rest: AsyncGenerator<T>): AsyncGenerator<T> {
  if (!first.done) yield first.value;
  yield* rest;
}

async function* failedRows(
  deps: ReportRowsDeps,
  record: CampaignRecord,
  records: AsyncGenerator<readonly string[]>,
  rowOf: (cells: readonly string[], reason: string) => string[],
): AsyncGenerator<readonly string[]> {
  let at = 0;
  try {
    for await (const { rowNumber, reason } of unsentRows(deps, record)) {
      let cells: readonly string[] = [];
      for (; at < rowNumber; at += 1) cells = (await records.next()).value ?? [];
      yield rowOf(cells, reason);
    }
  } finally {
    await records.return(undefined);
  }
}

/** The rows that the report has, in the order of the file. */
async function* unsentRows(
  deps: ReportRowsDeps,
  record: CampaignRecord,
): AsyncGenerator<{ rowNumber: number; reason: string }> {
  const erased = hasEnded(record) ? await erasedBeforeSending(deps, record) : undefined;
  if (erased) {
    // It may have ended before all rows were in the ledger.
    const toSend = await deps.source(sendRowsKeyOf(record));
    const records = oneByOne(tokenize(() => decodeCsv(toSend, { name: 'utf-8', bomBytes: 0 }), ','));
    await records.next();
    for await (const [row] of records) {
      if (!erased.has(Number(row))) yield { rowNumber: Number(row), reason: NOT_SENT };
    }
    return;
  }
  const statuses: SendStatus[] = hasEnded(record) ? ['PENDING', 'QUEUED', 'ERROR'] : ['ERROR'];
  for await (const send of rowsInStatus(deps.sends, record, statuses)) {
    const reason = reasonOf(send);
    if (reason !== undefined) yield { rowNumber: send.rowNumber, reason };
  }
}

/**
 * The rows that were erased, as long as none has been queued; undefined once one has. All rows are in the ledger before that, but an erased row
 * may be in it before the others.
 */
async function erasedBeforeSending(
  { sends }: ReportRowsDeps,
  record: CampaignRecord,
): Promise<ReadonlySet<number> | undefined> {
  const erased = new Set<number>();
  for await (const { rowNumber, error } of rowsInStatus(sends, record, ['QUEUED', 'SENT', 'ERROR'])) {
    if (error?.code !== 'Erased') return undefined;
    erased.add(rowNumber);
  }
  return erased;
}

function reasonOf({ email, status, error }: Send): string | undefined {
  if (email === ERASED_EMAIL) return undefined;
  if (status !== 'ERROR') return NOT_SENT;
  if (error?.code === 'Suppressed' || error?.code === 'Erased' || error?.class === 'unconfirmed') return undefined;
  return error ? `${error.code}: ${error.message}` : '';
}
