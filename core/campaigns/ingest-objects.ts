import { Readable } from 'node:stream';
import { DeleteObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { Inspection } from '../csv/inspect.ts';
import { type CsvSummary, type ReadOptions, readCsv } from '../csv/read.ts';
import type { CsvSource } from '../csv/source.ts';
import { type RowsExpire, type RowsOf, rowsWriter, sendRowsWriter, skippedWriter } from '../csv/write.ts';
import { objectKeysOf } from './identity.ts';

export interface CampaignObjects {
  /**
   * Reads the file once and writes its objects meanwhile: source.csv as it is, rows.csv, send.csv and skipped.csv. When anything fails,
   * none of them remains. Throws InvalidCsv for a file that cannot be read or has no valid row.
   */
  write(upload: ObjectsToWrite): Promise<CsvSummary>;
  remove(batchId: string, uploadId: string): Promise<void>;
}

export interface ObjectsToWrite extends RowsOf, RowsExpire {
  uploadId: string;
  source: CsvSource;
  inspection: Inspection;
  options: ReadOptions;
}

export function createCampaignObjects({ s3, bucket }: { s3: S3Client; bucket: string }): CampaignObjects {
  /**
   * Writes small bodies by one PutObject and larger ones in parts; a part needs 5 MB of memory. To stop it, destroy its body:
   * `Upload.abort()` resolves before its calls have ended, and they may still write.
   */
  async function put(key: string, body: Readable): Promise<void> {
    const params = { Bucket: bucket, Key: key, Body: body, ContentType: 'text/csv' };
    // The bucket's lifecycle rule removes the parts of an upload that failed.
    await new Upload({ client: s3, params, queueSize: 2, leavePartsOnError: true }).done();
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
      const toSend = sendRowsWriter(batch);
      const skipped = skippedWriter();
      const untouched = Readable.from(source.open()).on('error', ignored);
      const stop = (error: Error) => {
        for (const body of [untouched, rows.stream, toSend.stream, skipped.stream]) body.destroy(error);
      };
      // When one upload fails, the others must not wait for its stream.
      const writing = [
        put(keys.source, untouched),
        put(keys.rows, rows.stream),
        put(keys.send, toSend.stream),
        put(keys.skipped, skipped.stream),
      ].map((done) =>
        done.catch((error: Error) => {
          stop(error);
          throw error;
        }),
      );

      try {
        const reading = readCsv(source, inspection, options, {
          async onRow(row) {
            await rows.write(row);
            await toSend.write(row);
          },
          onSkip: (row) => skipped.write(row),
        }).then((summary) => {
          rows.end();
          toSend.end();
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

/** Readers and writers of the stream get the error themselves. Without a listener the event would end the process. */
const ignored = () => undefined;
