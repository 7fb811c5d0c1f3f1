import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { parse } from 'csv-parse';
import { type RowsOf, retryLines } from '../csv/rows-file.ts';

/** The rows that one redrive sends again, as the file that SendRows reads. */
export interface RetryFile {
  /** Undefined when there is no such file. */
  read(key: string): Promise<number[] | undefined>;
  /** Writes it unless it exists; returns the row numbers of the file that exists then. */
  write(key: string, batch: RowsOf, rows: readonly number[]): Promise<number[]>;
}

/** Reads and writes streams, because a campaign may have a million rows to send again. */
export function createRetryFile(s3: S3Client, bucket: string): RetryFile {
  async function read(key: string): Promise<number[] | undefined> {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      const rows: number[] = [];
      await pipeline(Body as Readable, parse({ columns: true }), async (records: AsyncIterable<{ row: string }>) => {
        for await (const { row } of records) rows.push(Number(row));
      });
      return rows;
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }
  return {
    read,
    async write(key, batch, rows) {
      const existing = await read(key);
      if (existing) return existing;
      const Body = Readable.from(retryLines(batch, rows));
      const params = { Bucket: bucket, Key: key, Body, ContentType: 'text/csv' };
      await new Upload({ client: s3, params, leavePartsOnError: true }).done();
      return [...rows];
    },
  };
}
