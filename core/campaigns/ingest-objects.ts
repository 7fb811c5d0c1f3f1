import { Readable } from 'node:stream';
import { CopyObjectCommand, DeleteObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { Inspection } from '../csv/inspect.ts';
import { type CsvSummary, type ReadOptions, readCsv } from '../csv/read.ts';
import { skippedWriter } from '../csv/reports.ts';
import { type RowsExpire, type RowsOf, rowsWriter, sendRowsWriter } from '../csv/rows-file.ts';
import type { CsvSource } from '../csv/source.ts';
import { bothHeld } from '../csv/writer.ts';
import { PregonError } from '../errors.ts';
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
  /** Called for each data row that was read. */
  onRow?: (() => void) | undefined;
}

/**
 * The largest CSV that an ItemReader takes, in decimal GB because the page does not say which.
 * https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
const MAX_ROWS_BYTES = 10 * 1000 ** 3;

interface ObjectsDeps {
  s3: S3Client;
  bucket: string;
  /** Less in tests. */
  maxRowsBytes?: number;
}

export function createCampaignObjects({ s3, bucket, maxRowsBytes = MAX_ROWS_BYTES }: ObjectsDeps): CampaignObjects {
  /**
   * Writes small bodies by one PutObject and larger ones in parts; a part needs 5 MB of memory. To stop it, destroy its body:
   * `Upload.abort()` resolves before its calls have ended, and they may still write.
   */
  async function put(key: string, body: Readable, maxBytes = Number.POSITIVE_INFINITY): Promise<void> {
    const params = { Bucket: bucket, Key: key, Body: body, ContentType: 'text/csv' };
    // The bucket's lifecycle rule removes the parts of an upload that failed.
    const upload = new Upload({ client: s3, params, queueSize: 2, leavePartsOnError: true });
    let written = 0;
    upload.on('httpUploadProgress', ({ loaded = 0 }) => {
      written = loaded;
      if (written > maxBytes) body.destroy(tooManyBytes(maxBytes));
    });
    await upload.done();
    if (written > maxBytes) throw tooManyBytes(maxBytes);
  }

  /** S3 copies up to 5 GB in one call. https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
  async function copy(key: string, from: NonNullable<CsvSource['stored']>): Promise<void> {
    const CopySource = `${bucket}/${from.key}`;
    const named = { ContentType: 'text/csv', MetadataDirective: 'REPLACE' as const };
    await s3.send(
      new CopyObjectCommand({ Bucket: bucket, Key: key, CopySource, CopySourceIfMatch: from.etag, ...named }),
    );
  }

  async function remove(batchId: string, uploadId: string): Promise<void> {
    const keys = Object.values(objectKeysOf(batchId, uploadId));
    await Promise.all(keys.map((Key) => s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }))));
  }

  return {
    remove,

    async write({ uploadId, source, inspection, options, onRow, ...batch }) {
      const keys = objectKeysOf(batch.batchId, uploadId);
      const rows = rowsWriter(batch);
      const toSend = sendRowsWriter(batch);
      const skipped = skippedWriter();
      const untouched = source.stored ? undefined : Readable.from(source.open()).on('error', ignored);
      const stop = (error: Error) => {
        for (const body of [untouched, rows.stream, toSend.stream, skipped.stream]) body?.destroy(error);
      };
      // When one upload fails, the others must not wait for its stream.
      const writing = [
        source.stored ? copy(keys.source, source.stored) : put(keys.source, untouched as Readable),
        put(keys.rows, rows.stream, maxRowsBytes),
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
          onRow(row) {
            onRow?.();
            return bothHeld(rows.write(row), toSend.write(row));
          },
          onSkip(row) {
            onRow?.();
            return skipped.write(row);
          },
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

const tooManyBytes = (maxBytes: number) =>
  new PregonError(
    'FileTooLarge',
    `The rows take more than ${maxBytes / 1000 ** 3} GB once their variables are filled in. Split the file into several.`,
  );

/** Readers and writers of the stream get the error themselves. Without a listener the event would end the process. */
const ignored = () => undefined;
