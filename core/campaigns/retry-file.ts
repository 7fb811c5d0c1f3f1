import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

/** The rows that one redrive sends again, as the file that SendRows reads. */
export interface RetryFile {
  /** Undefined when it was not written. */
  read(key: string): Promise<number[] | undefined>;
  /** Writes it unless it is there; answers the rows of the one that stands. */
  write(key: string, rows: readonly number[]): Promise<number[]>;
}

const HEADER = 'row';

export function createRetryFile(s3: S3Client, bucket: string): RetryFile {
  async function read(key: string): Promise<number[] | undefined> {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      const text = (await Body?.transformToString()) ?? '';
      return text.split('\n').slice(1).filter(Boolean).map(Number);
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }
  return {
    read,
    async write(key, rows) {
      const existing = await read(key);
      if (existing) return existing;
      const body = `${[HEADER, ...rows].join('\n')}\n`;
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: 'text/csv' }));
      return [...rows];
    },
  };
}
