import { Readable } from 'node:stream';
import { DeleteObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { Inspection } from '../csv/inspect.ts';
import { type CsvSummary, type ReadOptions, readCsv } from '../csv/read.ts';
import type { CsvSource } from '../csv/source.ts';
import { type RowsOf, rowsWriter, skippedWriter } from '../csv/write.ts';
import { objectKeysOf } from './identity.ts';

export interface CampaignObjects {
  /**
   * Reads the file once and writes its three objects as it goes: source.csv untouched, rows.csv, skipped.csv. Whatever fails, none of
   * them is left behind. Throws InvalidCsv for a file that cannot be read or has no valid row.
   */
  write(upload: ObjectsToWrite): Promise<CsvSummary>;
  remove(batchId: string, uploadId: string): Promise<void>;
}

export interface ObjectsToWrite extends RowsOf {
  uploadId: string;
  source: CsvSource;
  inspection: Inspection;
  options: ReadOptions;
}

export function createCampaignObjects({ s3, bucket }: { s3: S3Client; bucket: string }): CampaignObjects {
  /**
   * Small bodies go in one PutObject, larger ones in parts; a part needs 5 MB of memory. To stop it, destroy its body: `Upload.abort()` answers
   * before its calls have ended, and what they write then stays.
   */
  async function put(key: string, body: Readable): Promise<void> {
    const params = { Bucket: bucket, Key: key, Body: body, ContentType: 'text/csv' };
    await new Upload({ client: s3, params, queueSize: 2 }).done();
  }

  async function remove(batchId: string, uploadId: string): Promise<void> {
    const keys = Object.values(objectKeysOf(batchId, uploadId));
    await Promise.all(keys.map((Key) => s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }))));
  }

  return {
    remove,

    async write({ uploadId, source, inspection, options, ...batch }) {
      const keys = objectKeysOf(batch.batchId, uploadId);
      const rows = rowsWriter(batch);
      const skipped = skippedWriter();
      const untouched = Readable.from(source.open()).on('error', ignored);
      const stop = (error: Error) => {
        for (const body of [untouched, rows.stream, skipped.stream]) body.destroy(error);
      };
      // Once one of them fails, the writers must not wait for a reader that is gone.
      const writing = [put(keys.source, untouched), put(keys.rows, rows.stream), put(keys.skipped, skipped.stream)].map(
        (done) =>
          done.catch((error: Error) => {
            stop(error);
            throw error;
          }),
      );

      try {
        const reading = readCsv(source, inspection, options, {
          onRow: (row) => rows.write(row),
          onSkip: (row) => skipped.write(row),
        }).then((summary) => {
          rows.end();
          skipped.end();
          return summary;
        });
        const [summary] = await Promise.all([reading, ...writing]);
        return summary;
      } catch (error) {
        stop(error as Error);
        await Promise.allSettled(writing);
        await remove(batch.batchId, uploadId);
        throw error;
      }
    },
  };
}

/** Whoever reads or writes the stream is told; an error event that nobody hears would end the process. */
const ignored = () => undefined;
