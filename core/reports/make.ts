import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { CampaignStore } from '../campaigns/store.ts';
import type { Clock } from '../clock.ts';
import type { Telemetry } from '../telemetry.ts';
import { type Report, reportName, reportObjectKey } from './report.ts';
import { type ReportRowsDeps, reportBytes } from './rows.ts';
import type { ReportStore } from './store.ts';

export interface MakeReportDeps extends ReportRowsDeps {
  s3: S3Client;
  bucket: string;
  store: Pick<CampaignStore, 'get'>;
  reports: Pick<ReportStore, 'begin' | 'renew' | 'release' | 'finish'>;
  clock: Clock;
  newWorkerId(): string;
  telemetry: Pick<Telemetry, 'info'>;
}

/** The hold of the report is renewed in this interval. */
const BEAT_MS = 10_000;

/**
 * Writes a report to S3 as a stream, if it was asked for and no other worker has it. A repeated call makes the same file. Rejects when it
 * cannot be made; the next request then asks for it again.
 */
export async function makeReport(deps: MakeReportDeps, batchId: string, report: Report): Promise<void> {
  const { reports, store, s3, bucket, telemetry } = deps;
  const name = reportName(report);
  const workerId = deps.newWorkerId();
  const record = await store.get(batchId);
  if (!record || !(await reports.begin(batchId, name, workerId))) return;
  const body = Readable.from(reportBytes(deps, record, report));
  const ended = new AbortController();
  const beating = beat(deps, () => reports.renew(batchId, name, workerId), ended.signal);
  try {
    const params = { Bucket: bucket, Key: reportObjectKey(record, report), Body: body, ContentType: 'text/csv' };
    // The bucket's lifecycle rule removes the parts of an upload that failed.
    await new Upload({ client: s3, params, queueSize: 2, leavePartsOnError: true }).done();
    await reports.finish(batchId, name, workerId);
    telemetry.info('Report made', { batchId, report: name });
  } catch (error) {
    body.destroy();
    await reports.release(batchId, name, workerId);
    throw error;
  } finally {
    ended.abort();
    await beating;
  }
}

async function beat({ clock }: MakeReportDeps, renew: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  for (;;) {
    await clock.sleep(BEAT_MS, signal).catch(() => undefined);
    if (signal.aborted) return;
    // After a failed renewal another worker may make the same file once more.
    await renew().catch(() => false);
  }
}
