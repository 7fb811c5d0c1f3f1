import type { Readable } from 'node:stream';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { CampaignRecord } from '../../core/campaigns/campaign.ts';
import { objectKeysOf } from '../../core/campaigns/identity.ts';
import type { Clock } from '../../core/clock.ts';
import type { CsvSource } from '../../core/csv/source.ts';
import { isTemporary } from '../../core/errors.ts';
import { type Report, reportName, reportObjectKey } from '../../core/reports/report.ts';
import { type ReportRowsDeps, reportBytes } from '../../core/reports/rows.ts';
import type { ReportStore } from '../../core/reports/store.ts';
import type { IngestQueue } from '../../core/uploads/queue.ts';
import type { HttpAnswer } from '../common/http.ts';

/** A Lambda's answer has at most 6 MB as JSON, where every quote of a CSV takes two bytes. */
const MAX_INLINE_BYTES = 3 * 1024 * 1024;
/** A report that is not complete after this time is left to the worker. A request may take 30 s. */
const MAX_INLINE_MS = 8_000;
/** A line of sends.csv has more than 100 bytes, so the report of as many rows is not tried in a request. */
const MAX_INLINE_ROWS = 30_000;
const LINK_SECONDS = 300;
/** A report of 2,000,000 rows takes minutes. */
const RETRY_AFTER_SECONDS = 5;

export interface ReportDeps extends ReportRowsDeps {
  s3: S3Client;
  bucket: string;
  reports: Pick<ReportStore, 'state' | 'request'>;
  queue: Pick<IngestQueue, 'sendReport'>;
  clock: Clock;
  /** Smaller in tests. */
  maxInlineBytes?: number;
}

/**
 * The reports of a campaign: in the answer when they are short, otherwise 202 while a worker writes them to S3, then a link that is valid for
 * five minutes.
 */
export function createReports(deps: ReportDeps) {
  const { s3, bucket, reports, queue, clock, maxInlineBytes = MAX_INLINE_BYTES } = deps;

  async function link(key: string, name: string): Promise<HttpAnswer> {
    const command = new GetObjectCommand({
      Bucket: bucket,
      Key: key,
      ResponseContentType: 'text/csv; charset=utf-8',
      ResponseContentDisposition: attachment(name),
    });
    const location = await getSignedUrl(s3, command, { expiresIn: LINK_SECONDS });
    return { statusCode: 303, headers: { location, 'cache-control': 'no-store' } };
  }

  /** The whole report, or undefined when it is too long for an answer, or the table too busy to read it in the time of a request. */
  async function short(record: CampaignRecord, report: Report): Promise<Buffer | undefined> {
    if (report.kind === 'sends' && !report.statuses && record.enqueued > MAX_INLINE_ROWS) return undefined;
    const deadline = clock.now() + MAX_INLINE_MS;
    const chunks: Buffer[] = [];
    let size = 0;
    const checkTime = () => {
      if (clock.now() > deadline) throw new TooLong();
    };
    // The file of the campaign may be long, although the report has few rows of it.
    const limited = { ...deps, source: async (key: string) => checked(await deps.source(key), checkTime) };
    try {
      for await (const chunk of reportBytes(limited, record, report)) {
        chunks.push(chunk);
        size += chunk.length;
        if (size > maxInlineBytes) return undefined;
        checkTime();
      }
    } catch (error) {
      if (error instanceof TooLong || isTemporary(error)) return undefined;
      throw error;
    }
    return Buffer.concat(chunks);
  }

  return {
    async skipped({ batchId, uploadId }: CampaignRecord): Promise<HttpAnswer> {
      const name = `skipped-${batchId}.csv`;
      const key = objectKeysOf(batchId, uploadId).skipped;
      const { Body, ContentLength = 0 } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      const body = Body as Readable;
      if (ContentLength > maxInlineBytes) {
        body.destroy();
        return link(key, name);
      }
      return inline(name, await collect(body));
    },

    async made(record: CampaignRecord, report: Report): Promise<HttpAnswer> {
      const { batchId } = record;
      const name = reportName(report);
      const fileName = `${name}-${batchId}.csv`;
      const state = await reports.state(batchId, name);
      if (state === 'fresh') return link(reportObjectKey(record, report), fileName);
      if (state === 'making') return beingMade();
      const body = await short(record, report);
      if (body) return inline(fileName, body);
      if (await reports.request(batchId, name)) await queue.sendReport(batchId, report);
      return beingMade();
    },
  };
}

class TooLong extends Error {
  override readonly name = 'TooLong';
}

/** A source that is checked with each chunk. */
const checked = (source: CsvSource, check: () => void): CsvSource => ({
  async *open() {
    for await (const chunk of source.open()) {
      check();
      yield chunk;
    }
  },
});

async function collect(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const beingMade = (): HttpAnswer => ({
  statusCode: 202,
  headers: { 'retry-after': String(RETRY_AFTER_SECONDS), 'cache-control': 'no-store' },
});

const attachment = (name: string) => `attachment; filename="${name}"`;

const inline = (name: string, body: Buffer): HttpAnswer => ({
  statusCode: 200,
  headers: {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': attachment(name),
    'cache-control': 'no-store',
  },
  body: body.toString(),
});
