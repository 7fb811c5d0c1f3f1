import type { Readable } from 'node:stream';
import { GetObjectCommand, HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Clock } from './clock.ts';
import type { CsvSource } from './csv/source.ts';

export interface S3SourceDeps {
  s3: S3Client;
  bucket: string;
  clock: Clock;
}

export interface StoredObject {
  key: string;
  /** In bytes. */
  size: number;
  etag: string;
}

/** A connection that breaks is opened again where it broke, this often for one reading. */
const MAX_BREAKS = 5;
const BREAK_PAUSE_MS = 500;

/**
 * An object as a source that is read from S3 each time. A reading ends with PreconditionFailed when the object was replaced since. `onBytes` is
 * told how much came; what it throws ends the reading.
 */
export function s3Source(
  { s3, bucket, clock }: S3SourceDeps,
  { key, size, etag }: StoredObject,
  onBytes: (bytes: number) => void = () => undefined,
): CsvSource {
  const input = { Bucket: bucket, Key: key, IfMatch: etag };
  return {
    stored: { key, etag },
    async *open() {
      for (let read = 0, breaks = 0; read < size; ) {
        const { Body } = await s3.send(
          new GetObjectCommand({ ...input, ...(read > 0 && { Range: `bytes=${read}-` }) }),
        );
        const body = Body as Readable;
        try {
          for await (const chunk of body) {
            read += chunk.length;
            onBytes(chunk.length);
            yield chunk;
          }
        } catch (error) {
          // Not that of `onBytes`.
          if (error !== body.errored || ++breaks > MAX_BREAKS) throw error;
          await clock.sleep(BREAK_PAUSE_MS);
        }
      }
    },
  };
}

/** Opens objects by their key. Rejects for one that does not exist. */
export const campaignSource =
  (deps: S3SourceDeps) =>
  async (key: string): Promise<CsvSource> => {
    const { ContentLength: size = 0, ETag: etag = '' } = await deps.s3.send(
      new HeadObjectCommand({ Bucket: deps.bucket, Key: key }),
    );
    return s3Source(deps, { key, size, etag });
  };
