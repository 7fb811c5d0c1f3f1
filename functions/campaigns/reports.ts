import { Readable } from 'node:stream';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type CampaignRecord, campaignPrefix } from '../../core/campaigns/campaign.ts';
import { objectKeysOf } from '../../core/campaigns/identity.ts';
import { sendsWriter } from '../../core/csv/write.ts';
import type { Ledger } from '../../core/ledger/ledger.ts';

/** A Lambda's answer has at most 6 MB as JSON, where every quote of a CSV takes two bytes. */
const MAX_INLINE_BYTES = 3 * 1024 * 1024;
const LINK_SECONDS = 300;

type Answer = APIGatewayProxyStructuredResultV2;

export interface ReportDeps {
  s3: S3Client;
  bucket: string;
  ledger: Pick<Ledger, 'rowsOfBatch'>;
  /** Smaller in tests. */
  maxInlineBytes?: number;
}

/** The reports of a campaign: in the answer when they fit, otherwise as a link to S3 that is valid for five minutes. */
export function createReports({ s3, bucket, ledger, maxInlineBytes = MAX_INLINE_BYTES }: ReportDeps) {
  async function link(key: string, name: string): Promise<Answer> {
    const command = new GetObjectCommand({
      Bucket: bucket,
      Key: key,
      ResponseContentType: 'text/csv; charset=utf-8',
      ResponseContentDisposition: attachment(name),
    });
    const location = await getSignedUrl(s3, command, { expiresIn: LINK_SECONDS });
    return { statusCode: 302, headers: { location, 'cache-control': 'no-store' } };
  }

  return {
    async skipped({ batchId, uploadId }: CampaignRecord): Promise<Answer> {
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

    async sends({ batchId, uploadId }: CampaignRecord): Promise<Answer> {
      const name = `sends-${batchId}.csv`;
      const bytes = reportOf(ledger, batchId)[Symbol.asyncIterator]();
      const head: Buffer[] = [];
      for (let size = 0; size <= maxInlineBytes; ) {
        const next = await bytes.next();
        if (next.done) return inline(name, Buffer.concat(head));
        head.push(next.value);
        size += next.value.length;
      }
      const key = `${campaignPrefix(batchId, uploadId)}/sends.csv`;
      const params = { Bucket: bucket, Key: key, Body: whole(head, bytes) };
      await new Upload({ client: s3, params, leavePartsOnError: true }).done();
      return link(key, name);
    },
  };
}

/** Streams the report while the ledger is read. */
async function* reportOf(ledger: ReportDeps['ledger'], batchId: string): AsyncGenerator<Buffer> {
  const writer = sendsWriter();
  const writing = (async () => {
    for await (const row of ledger.rowsOfBatch(batchId)) await writer.write(row);
    writer.end();
  })().catch((error: Error) => writer.stream.destroy(error));
  yield* writer.stream;
  await writing;
}

/** A stream of the chunks already read and the rest. */
function whole(head: readonly Buffer[], rest: AsyncIterator<Buffer>): Readable {
  async function* all() {
    yield* head;
    yield* { [Symbol.asyncIterator]: () => rest };
  }
  return Readable.from(all());
}

async function collect(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const attachment = (name: string) => `attachment; filename="${name}"`;

const inline = (name: string, body: Buffer): Answer => ({
  statusCode: 200,
  headers: {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': attachment(name),
    'cache-control': 'no-store',
  },
  body: body.toString(),
});
